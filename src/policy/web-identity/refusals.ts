/** The errors of the checks of this folder: each code with its status, each message once. Source: STS API reference and recordings. */
import {
  type AwsError,
  type AwsErrorOptions,
  accessDenied,
  errorRow,
  notAuthorizedMessage,
  validationError,
} from '../../aws/error.ts';

export { internalFailure as unknownThirdPartyError, malformedPolicyDocument } from '../../aws/error.ts';

/** Tolerated clock difference for exp, iat and nbf of a token, in seconds (recorded). */
export const TOLERANCE = 300;

/** Which error messages are returned: AWS replaced two of them by a generic one in mid 2026. */
export type ErrorTexts = '2026' | 'classic';

/** The constant message is that of an unknown issuer, an unregistered audience and a signature that does not match. */
export const invalidIdentityToken = errorRow(
  'InvalidIdentityToken',
  400,
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.',
);
export const expiredTokenException = errorRow('ExpiredTokenException', 400, ({ seconds }) =>
  tokenExpiredMessage(seconds - TOLERANCE, seconds - TOLERANCE),
);
export const packedPolicyTooLarge = errorRow('PackedPolicyTooLarge', 400);
export const regionDisabled = errorRow('RegionDisabledException', 403, ({ account }) => regionDisabledMessage(account));

export const regionDisabledMessage = (account: string): string =>
  `STS is not activated in this region for account:${account}. Your account administrator can activate STS in this region using the IAM Console.`;

/** Detail that Rolecall adds to AWS's error: the code of the failed step and one sentence. */
export interface ErrorDetail extends AwsErrorOptions {
  readonly reason: string;
  readonly detail: string;
}

/** Both times in epoch seconds; AWS subtracts its tolerance from the current one. */
export const tokenExpiredMessage = (current: number, expiresAt: number): string =>
  `Token expired: current date/time ${current} must be before the expiration date/time ${expiresAt}`;

export const notAJwt = (known: ErrorDetail): AwsError =>
  invalidIdentityToken(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    known,
  );

export const missingClaim = (claim: string, known: ErrorDetail): AwsError =>
  invalidIdentityToken(`Missing a required claim: ${claim}`, known);

/** The one message for an unknown issuer, an unregistered audience and a signature that does not match. */
export const notValidated = (known: ErrorDetail): AwsError => invalidIdentityToken(undefined, known);

export const unknownIssuer = (issuer: string, texts: ErrorTexts, known: ErrorDetail): AwsError =>
  texts === 'classic'
    ? invalidIdentityToken(`No OpenIDConnect provider found in your account for ${issuer}`, known)
    : notValidated(known);

export const wrongAudience = (texts: ErrorTexts, known: ErrorDetail): AwsError =>
  texts === 'classic' ? invalidIdentityToken('Incorrect token audience', known) : notValidated(known);

export const notAuthorized = (action: string, known: ErrorDetail): AwsError =>
  accessDenied(notAuthorizedMessage(action), known);

export const invalidArn = (arn: string): AwsError =>
  validationError(`${arn} is invalid`, { reason: 'invalid-arn', detail: `${arn} is not a valid ARN.` });
