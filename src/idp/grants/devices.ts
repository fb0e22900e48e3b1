/** Pending device authorizations (RFC 8628), kept in memory for minutes. */
import { estimateSize } from '../../kernel/size.ts';
import type { Grant } from './sealed-grants.ts';

/** Maximum number of devices, and of estimated bytes with their answers; the oldest are dropped first. */
const MAX = { devices: 1000, bytes: 8 * 1024 * 1024 };

interface PendingDevice {
  readonly code: string;
  readonly grant: Grant;
  readonly userCode: string;
  /** Epoch seconds. */
  readonly until: number;
}

/** The answer of the user: the claims of the user, or a denial. */
export type DeviceAnswer = Readonly<Record<string, unknown>> | 'denied';

export class Devices {
  readonly #waiting = new Map<string, PendingDevice>();
  readonly #answers = new Map<string, DeviceAnswer>();
  /** Time of a device's last poll, and its polling interval; in seconds. */
  readonly #polls = new Map<string, { readonly at: number; readonly wait: number }>();
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  add(device: PendingDevice): void {
    // Copy the strings: a substring of a large form would keep the whole form in memory.
    const kept = structuredClone(device);
    this.#waiting.set(kept.code, kept);
    this.#charge(kept.code, estimateSize(kept));
  }

  /** The device with this user code that has no answer yet. */
  showing(userCode: string, issuerId: string, now: number): PendingDevice | undefined {
    return [...this.#waiting.values()].find(
      device =>
        device.userCode === userCode &&
        device.grant.issuerId === issuerId &&
        device.until > now &&
        !this.#answers.has(device.code),
    );
  }

  answer(code: string, answer: DeviceAnswer): void {
    const own = this.#waiting.get(code)?.code;
    if (own === undefined) return;
    this.#answers.set(own, structuredClone(answer));
    this.#charge(own, estimateSize(answer));
  }

  answerOf(code: string): DeviceAnswer | undefined {
    return this.#answers.get(code);
  }

  /** Records a poll of a device; returns false if it was too early, and then increases its polling interval. */
  recordPoll(code: string, now: number, interval: number): boolean {
    const last = this.#polls.get(code);
    const isSoon = last !== undefined && now - last.at < last.wait;
    const own = this.#waiting.get(code)?.code;
    if (own !== undefined) this.#polls.set(own, { at: now, wait: (last?.wait ?? interval) + (isSoon ? interval : 0) });
    return !isSoon;
  }

  remove(code: string): void {
    this.#polls.delete(code);
    this.#waiting.delete(code);
    this.#answers.delete(code);
    this.#bytes -= this.#sizes.get(code) ?? 0;
    this.#sizes.delete(code);
  }

  /** The number of pending devices, and the estimated bytes of them and their answers. */
  get kept(): { readonly devices: number; readonly bytes: number } {
    return { devices: this.#waiting.size, bytes: this.#bytes };
  }

  reset(): void {
    this.#waiting.clear();
    this.#polls.clear();
    this.#answers.clear();
    this.#sizes.clear();
    this.#bytes = 0;
  }

  #charge(code: string, bytes: number): void {
    this.#sizes.set(code, (this.#sizes.get(code) ?? 0) + bytes);
    this.#bytes += bytes;
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX.devices && this.#bytes <= MAX.bytes) break;
      this.remove(oldest);
    }
  }
}
