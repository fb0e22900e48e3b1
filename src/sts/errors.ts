/** The errors of STS: each code with its status, each message once. Source: STS API reference and recordings. */
import { type AwsError, accessDenied, type ErrorRow, errorRow } from '../aws/error.ts';
import {
  type ErrorDetail,
  expiredTokenException,
  invalidIdentityToken,
  packedPolicyTooLarge,
  regionDisabled,
} from '../policy/web-identity/refusals.ts';

/** The message is unconfirmed; it follows AWS's documentation of the error. */
export const idpCommunicationError = errorRow(
  'IDPCommunicationError',
  400,
  'The request could not be fulfilled because the identity provider (IDP) that was asked to verify the incoming identity token could not be reached.',
);
export const idpRejectedClaim = errorRow('IDPRejectedClaim', 403);
export const invalidAuthorizationMessage = errorRow('InvalidAuthorizationMessageException', 400);
export const sessionDurationEscalation = errorRow('SessionDurationEscalationException', 403);
export const outboundDisabled = errorRow('OutboundWebIdentityFederationDisabledException', 403);
export const jwtPayloadSizeExceeded = errorRow('JWTPayloadSizeExceededException', 400);
export const expiredTradeInToken = errorRow('ExpiredTradeInTokenException', 400);
export const invalidParameterValue = errorRow('InvalidParameterValue', 400);

/** The errors of STS beside the common ones. */
export const STS_ERRORS: readonly ErrorRow[] = [
  invalidIdentityToken,
  expiredTokenException,
  idpCommunicationError,
  idpRejectedClaim,
  packedPolicyTooLarge,
  regionDisabled,
  invalidAuthorizationMessage,
  sessionDurationEscalation,
  outboundDisabled,
  jwtPayloadSizeExceeded,
  expiredTradeInToken,
  invalidParameterValue,
];

export const noVerificationKey = (known: ErrorDetail): AwsError =>
  invalidIdentityToken(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    known,
  );

/** No trusted CA signed the issuer's server certificate, and no registered thumbprint matches its chain. */
export const wrongThumbprint = (known: ErrorDetail): AwsError =>
  invalidIdentityToken("OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint", known);

/** Denial of AssumeRole. It has no suffix with the reason, whatever the cause. */
export const userNotAuthorized = (caller: string, action: string, resource: string, known: ErrorDetail): AwsError =>
  accessDenied(`User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`, known);

export const duplicateTagKeys = (): AwsError =>
  invalidParameterValue('Duplicate tag keys found. Please note that Tag keys are case insensitive.', {
    reason: 'duplicate-tag-keys',
    detail: 'Two tag keys are equal when letter case is ignored.',
  });
