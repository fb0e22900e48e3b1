/** Generates RSA keys on the thread pool; keeps a spare key ready, so that the first token does not wait for one. */
import type { KeyObject } from 'node:crypto';
import { newRsaKey } from '../../kernel/new-key.ts';

const SPARE_BITS = 2048;
/** Delay in milliseconds before a spare key is generated, so that it does not compete with start-up for the CPU. */
const SPARE_KEY_DELAY_MS = 400;

export class RsaKeyPool {
  #spare: Promise<KeyObject> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Schedules the generation of a spare key; the timer does not keep the process alive. */
  prepare(): void {
    if (this.#closed || this.#spare !== undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#spare ??= newRsaKey(SPARE_BITS);
    }, SPARE_KEY_DELAY_MS);
    this.#timer.unref();
  }

  /** Returns a new key; each key is returned only once. */
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
