/** Devices that wait for somebody to approve them (RFC 8628): few, for minutes, in memory. */
import { sizeOf } from '../../kernel/size.ts';
import type { Grant } from './sealed.ts';

/** More are forgotten, the oldest first: in number, and in estimated bytes with their answers. */
const MOST = { devices: 1000, bytes: 8 * 1024 * 1024 };

export interface WaitingDevice {
  readonly code: string;
  readonly grant: Grant;
  readonly userCode: string;
  /** Seconds since the epoch. */
  readonly until: number;
}

/** What somebody answered on the page: the claims of who it was, or a refusal. */
export type DeviceAnswer = Readonly<Record<string, unknown>> | 'denied';

export class Devices {
  readonly #waiting = new Map<string, WaitingDevice>();
  readonly #answers = new Map<string, DeviceAnswer>();
  /** When a device asked last, and how long it has to wait until it asks again; seconds. */
  readonly #polls = new Map<string, { readonly at: number; readonly wait: number }>();
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  add(device: WaitingDevice): void {
    // A copy: a scope may be part of a form of a megabyte, and would keep all of it.
    const kept = structuredClone(device);
    this.#waiting.set(kept.code, kept);
    this.#charge(kept.code, sizeOf(kept));
  }

  /** The device that shows this code to its user and has not had an answer. */
  showing(userCode: string, issuerId: string, now: number): WaitingDevice | undefined {
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
    this.#charge(own, sizeOf(answer));
  }

  answerTo(code: string): DeviceAnswer | undefined {
    return this.#answers.get(code);
  }

  /** Notes that a device asks whether it was answered; false when it came too soon, and then it has to wait longer. */
  polled(code: string, now: number, interval: number): boolean {
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

  /** How many wait, and estimated bytes of them and their answers. */
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
      if (this.#waiting.size <= MOST.devices && this.#bytes <= MOST.bytes) break;
      this.remove(oldest);
    }
  }
}
