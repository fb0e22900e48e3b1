/** The errors of the checks of this folder: each code with its status, each message once. Source: STS API reference and recordings. */
import { AwsError, type AwsErrorOptions, accessDenied, errorRow, validationError } from '../../aws/error.ts';

export { AwsError };

/** Which error messages are returned: AWS replaced two of them by a generic one in mid 2026. */
export type ErrorTexts = '2026' | 'classic';

export const invalidIdentityToken = errorRow('InvalidIdentityToken', 400);
export const expiredTokenException = errorRow('ExpiredTokenException', 400);
export const malformedPolicyDocument = errorRow('MalformedPolicyDocument', 400);
export const packedPolicyTooLarge = errorRow('PackedPolicyTooLarge', 400);
export const unknownThirdPartyError = errorRow('InternalFailure', 500);

/** Detail that Rolecall adds to AWS's error: the code of the failed step and one sentence. */
export interface ErrorDetail extends AwsErrorOptions {
  readonly reason: string;
  readonly detail: string;
}

export const missingClaim = (claim: string, known: ErrorDetail): AwsError =>
  invalidIdentityToken(`Missing a required claim: ${claim}`, known);

/** The one message for an unknown issuer, an unregistered audience and a signature that does not match. */
export const notValidated = (known: ErrorDetail): AwsError =>
  invalidIdentityToken(
    'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.',
    known,
  );

export const unknownIssuer = (issuer: string, texts: ErrorTexts, known: ErrorDetail): AwsError =>
  texts === 'classic'
    ? invalidIdentityToken(`No OpenIDConnect provider found in your account for ${issuer}`, known)
    : notValidated(known);

export const wrongAudience = (texts: ErrorTexts, known: ErrorDetail): AwsError =>
  texts === 'classic' ? invalidIdentityToken('Incorrect token audience', known) : notValidated(known);

export const notAuthorized = (action: string, known: ErrorDetail): AwsError =>
  accessDenied(`Not authorized to perform ${action}`, known);

export const invalidArn = (arn: string): AwsError =>
  validationError(`${arn} is invalid`, { reason: 'invalid-arn', detail: `${arn} is not a valid ARN.` });
