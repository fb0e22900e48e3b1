/** IAM's errors: codes and statuses of the service model, messages of AWS. */
import { type ErrorRow, errorRow } from '../aws/error.ts';

export { malformedPolicyDocument } from '../aws/error.ts';

export const noSuchEntity = errorRow('NoSuchEntity', 404);
export const entityAlreadyExists = errorRow('EntityAlreadyExists', 409);
export const deleteConflict = errorRow('DeleteConflict', 409);
export const limitExceeded = errorRow('LimitExceeded', 409);
export const invalidInput = errorRow('InvalidInput', 400);
export const invalidAuthenticationCode = errorRow('InvalidAuthenticationCode', 403);
export const unmodifiableEntity = errorRow('UnmodifiableEntity', 400);
export const passwordPolicyViolation = errorRow('PasswordPolicyViolation', 400);
export const featureEnabled = errorRow('FeatureEnabled', 409);
export const featureDisabled = errorRow('FeatureDisabled', 404);
/** The message is unconfirmed; it follows AWS's documentation of the error. */
const concurrentModification = errorRow(
  'ConcurrentModification',
  409,
  'Request was rejected because multiple concurrent changes were submitted to the entity.',
);

/** The errors of IAM beside the common ones. */
export const IAM_ERRORS: readonly ErrorRow[] = [
  noSuchEntity,
  entityAlreadyExists,
  deleteConflict,
  limitExceeded,
  invalidInput,
  invalidAuthenticationCode,
  unmodifiableEntity,
  passwordPolicyViolation,
  featureEnabled,
  featureDisabled,
  concurrentModification,
  errorRow(
    'ServiceFailure',
    500,
    'The request processing has failed because of an unknown error, exception or failure.',
  ),
];

export const concurrentlyModified = (cause?: unknown) => concurrentModification(undefined, { cause });

const quotaMessage = (quota: string, limit: number): string => `Cannot exceed quota for ${quota}: ${limit}`;

/** `Cannot exceed quota for PoliciesPerRole: 10`. */
export const quotaExceeded = (quota: string, limit: number) => limitExceeded(quotaMessage(quota, limit));
