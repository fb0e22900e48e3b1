/** RSA keys, made on the thread pool: a spare one is kept ready so that the first token need not wait for it. */
import type { KeyObject } from 'node:crypto';
import { newRsaKey } from '../../kernel/new-key.ts';

const SPARE_BITS = 2048;
/** Milliseconds of quiet before a spare key is made, so that start-up has the processor to itself. */
const QUIET_MS = 400;

export class RsaKeyPool {
  #spare: Promise<KeyObject> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Makes a spare key after a while of quiet; the process does not stay alive for it. */
  prepare(): void {
    if (this.#closed || this.#spare !== undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#spare ??= newRsaKey(SPARE_BITS);
    }, QUIET_MS);
    this.#timer.unref();
  }

  /** A key that nobody else has. */
  take(bits: number): Promise<KeyObject> {
    if (bits !== SPARE_BITS) return newRsaKey(bits);
    const taken = this.#spare ?? newRsaKey(bits);
    this.#spare = undefined;
    return taken;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}
