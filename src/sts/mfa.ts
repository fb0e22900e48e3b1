/** The MFA code of a request: a virtual device of the calling user, and its time-based code (RFC 6238). */
import { accessDenied } from '../aws/error.ts';
import type { Caller } from '../iam/principals.ts';
import type { StsDeps } from './deps.ts';

export interface MfaRequest {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/**
 * When MFA was given (epoch milliseconds: now), or undefined when the request brings none. Throws AccessDenied for a
 * device that is unknown or another user's, and for a wrong or used code.
 */
export function givenMfa(input: MfaRequest, caller: Caller, _now: number, _deps: StsDeps): number | undefined {
  const { SerialNumber, TokenCode } = input;
  if (SerialNumber === undefined && TokenCode === undefined) return undefined;
  throw accessDenied(
    'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    {
      reason: 'unknown-mfa-device',
      detail: `${SerialNumber ?? 'No serial number'} is not an enabled MFA device of ${caller.arn}.`,
    },
  );
}
