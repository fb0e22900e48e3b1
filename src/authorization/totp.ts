/** Time-based one-time passwords of virtual MFA devices: RFC 6238 with HMAC-SHA-1, 30 seconds and six digits. */
import { isSameSecret } from '../kernel/authorization.ts';

const STEP_MS = 30_000;

/** The time step of a time in epoch milliseconds. */
export const stepAt = (now: number): number => Math.floor(now / STEP_MS);

export interface Totp {
  /** Base32 (RFC 4648 §6) without padding. */
  base32(bytes: Buffer): string;
  /** Whether this is the six-digit code of a time step for a base32 seed. */
  isCodeOf(seed: string, step: number, code: string): boolean;
}

/** Loads otplib, which is needed only for virtual MFA devices. */
export async function loadTotp(): Promise<Totp> {
  const { generateSync, ScureBase32Plugin } = await import('otplib');
  return {
    base32: bytes => new ScureBase32Plugin().encode(bytes),
    isCodeOf: (seed, step, code) =>
      isSameSecret(code, generateSync({ strategy: 'hotp', secret: seed, counter: Math.max(0, step) })),
  };
}

/** The first time step within `tolerance` steps of now and after `used` with this code; undefined when there is none. */
export function matchingStep(
  totp: Totp,
  seed: string,
  code: string,
  now: number,
  { tolerance, used }: { readonly tolerance: number; readonly used: number | undefined },
): number | undefined {
  const middle = stepAt(now);
  for (let step = middle - tolerance; step <= middle + tolerance; step++) {
    if (step > (used ?? -1) && totp.isCodeOf(seed, step, code)) return step;
  }
  return undefined;
}
