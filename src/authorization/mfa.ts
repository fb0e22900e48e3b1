/** Verifies an MFA code for STS; each time step of a device can be used once. */

import { type MfaDevice, mfaDeviceKey, mfaDevices, type User } from '../accounts/model.ts';
import { put, StoreConflict } from '../store/store.ts';
import type { IamDeps } from './deps.ts';
import { loadTotp, matchingStep } from './totp.ts';

/** Accepted time steps before and after now (recorded: −2 … +2). */
const TOLERANCE = 2;

/**
 * Verifies a code of a user's device and marks its time step as used. False when the device is unknown or belongs to
 * another user, when the code is wrong, and when its step was already used. Does not await between read and commit.
 */
export async function verifyMfa(
  user: Pick<User, 'account' | 'name'>,
  serial: string,
  code: string,
  { store, clock }: Pick<IamDeps, 'store' | 'clock'>,
): Promise<boolean> {
  const totp = await loadTotp();
  const device = store.find(mfaDevices, serial);
  if (device === undefined || device.value.account !== user.account || device.value.user !== user.name) return false;
  const step = matchingStep(totp, device.value.seed, code, clock.now(), {
    tolerance: TOLERANCE,
    used: device.value.lastStep,
  });
  if (step === undefined) return false;
  const used: MfaDevice = { ...device.value, lastStep: step };
  try {
    await store.commit([put(mfaDevices, mfaDeviceKey(used), used, device.version)]);
  } catch (error) {
    // Another replica used a code of this device at the same time; refuse this one.
    if (error instanceof StoreConflict) return false;
    throw error;
  }
  return true;
}
