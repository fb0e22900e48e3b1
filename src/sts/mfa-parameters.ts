/** The MFA code of a request: a virtual device of the calling user, and its time-based code (RFC 6238). */

import { mfaDevices } from '../accounts/model.ts';
import { verifyMfa } from '../authorization/mfa.ts';
import type { Caller } from '../authorization/principals.ts';
import { accessDenied } from '../aws/error.ts';
import type { StsDeps } from './deps.ts';

export interface MfaRequest {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/** Whether a request brings MFA; without, no step of it is taken. */
export const hasMfa = (input: MfaRequest): boolean => input.SerialNumber !== undefined || input.TokenCode !== undefined;

/**
 * Verifies and uses up the code. Throws AccessDenied for half of what it takes, for a device that is unknown or another
 * user's, and for a wrong or used code.
 */
export async function assertMfa(input: MfaRequest, caller: Caller, deps: StsDeps): Promise<void> {
  const { SerialNumber: serial, TokenCode: code } = input;
  if (serial === undefined || code === undefined) {
    throw accessDenied(
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
      {
        reason: 'half-mfa',
        detail: `The request has no ${serial === undefined ? 'SerialNumber' : 'TokenCode'}; MFA takes both.`,
      },
    );
  }
  const device = deps.store.find(mfaDevices, serial)?.value;
  const own = caller.kind === 'user' && device?.account === caller.account && device.user === caller.name;
  if (!own) {
    throw accessDenied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
      {
        reason: 'unknown-mfa-device',
        detail: `${caller.arn} has no enabled MFA device with the serial number "${serial}".`,
      },
    );
  }
  if (await verifyMfa(caller, serial, code, deps)) return;
  throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ', {
    reason: 'bad-mfa-code',
    detail: `The code is none of ${serial} between two steps ago and two ahead, or was used before.`,
  });
}
