/** Verification of a request's MFA code: a virtual MFA device of the calling user and its TOTP code (RFC 6238). */

import { mfaDevices } from '../accounts/model.ts';
import { verifyMfa } from '../authorization/mfa.ts';
import type { Caller } from '../authorization/principals.ts';
import { accessDenied } from '../aws/error.ts';
import type { Passed } from '../policy/web-identity/run.ts';
import type { StsDeps } from './deps.ts';

interface MfaRequest {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/**
 * Verifies the MFA code of a request and marks it as used; undefined when the request has neither parameter. Rejects with
 * AccessDenied when one parameter is missing, when the device is unknown or belongs to another user, and when the code is
 * wrong or already used.
 */
export const verifyMfaParameters = (input: MfaRequest, caller: Caller, deps: StsDeps): Promise<Passed> | undefined =>
  input.SerialNumber === undefined && input.TokenCode === undefined ? undefined : verified(input, caller, deps);

async function verified(input: MfaRequest, caller: Caller, deps: StsDeps): Promise<Passed> {
  const { SerialNumber: serial, TokenCode: code } = input;
  if (serial === undefined || code === undefined) {
    throw accessDenied(
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
      {
        reason: 'half-mfa',
        detail: `The request has no ${serial === undefined ? 'SerialNumber' : 'TokenCode'}; MFA requires SerialNumber and TokenCode.`,
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
  if (await verifyMfa(caller, serial, code, deps)) return { code: 'valid', detail: { serialNumber: serial } };
  throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ', {
    reason: 'bad-mfa-code',
    detail: `The code is not a code of ${serial} within two time steps of now, or it was already used.`,
  });
}
