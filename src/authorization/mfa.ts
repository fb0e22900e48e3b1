/** Whether an MFA code is right, asked by STS: each time step of a device counts once. */

import { type MfaDevice, mfaDeviceKey, mfaDevices, type User } from '../accounts/model.ts';
import { put, StoreConflict } from '../store/store.ts';
import type { IamDeps } from './deps.ts';
import { matchingStep } from './totp.ts';

/** Steps before and after now whose codes count (recorded: −2 … +2). */
const REACH = 2;

/**
 * Verifies a code of a user's device and uses it up. False for a device that is unknown or another user's, for a wrong
 * code, and for one whose step was used before. Reads and commits without waiting in between.
 */
export async function verifyMfa(
  user: Pick<User, 'account' | 'name'>,
  serial: string,
  code: string,
  { store, clock }: Pick<IamDeps, 'store' | 'clock'>,
): Promise<boolean> {
  const device = store.find(mfaDevices, serial);
  if (device === undefined || device.value.account !== user.account || device.value.user !== user.name) return false;
  const step = matchingStep(device.value.seed, code, clock.now(), { reach: REACH, used: device.value.lastStep });
  if (step === undefined) return false;
  const used: MfaDevice = { ...device.value, lastStep: step };
  try {
    await store.commit([put(mfaDevices, mfaDeviceKey(used), used, device.version)]);
  } catch (error) {
    // Another replica used a code of this device at the same moment; this one does not count.
    if (error instanceof StoreConflict) return false;
    throw error;
  }
  return true;
}
