/** RSA keys, made on the thread pool: a spare one is kept ready so that the first token need not wait for it. */
import { generateKeyPair, type KeyObject } from 'node:crypto';

const SPARE_BITS = 2048;
/** Milliseconds of quiet before a spare key is made, so that start-up has the processor to itself. */
const QUIET_MS = 400;

export class RsaStock {
  #spare: Promise<KeyObject> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Makes a spare key after a while of quiet; the process does not stay alive for it. */
  prepare(): void {
    if (this.#closed || this.#spare !== undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#spare ??= makeRsa(SPARE_BITS);
    }, QUIET_MS);
    this.#timer.unref();
  }

  /** A key that nobody else has. */
  take(bits: number): Promise<KeyObject> {
    if (bits !== SPARE_BITS) return makeRsa(bits);
    const taken = this.#spare ?? makeRsa(bits);
    this.#spare = undefined;
    return taken;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

function makeRsa(modulusLength: number): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength }, (error, _publicKey, privateKey) => {
      if (error === null) resolve(privateKey);
      else reject(error);
    });
  });
}
