/** IAM's errors: codes and statuses of the service model, messages of AWS. */
import { errorRow } from '../aws/error.ts';

export const noSuchEntity = errorRow('NoSuchEntity', 404);
export const entityAlreadyExists = errorRow('EntityAlreadyExists', 409);
export const deleteConflict = errorRow('DeleteConflict', 409);
export const limitExceeded = errorRow('LimitExceeded', 409);
export const malformedPolicyDocument = errorRow('MalformedPolicyDocument', 400);
export const invalidInput = errorRow('InvalidInput', 400);
export const invalidAuthenticationCode = errorRow('InvalidAuthenticationCode', 403);
export const unmodifiableEntity = errorRow('UnmodifiableEntity', 400);
export const passwordPolicyViolation = errorRow('PasswordPolicyViolation', 400);
export const featureEnabled = errorRow('FeatureEnabled', 409);
export const featureDisabled = errorRow('FeatureDisabled', 404);
const concurrentModification = errorRow('ConcurrentModification', 409);

/** The message is unconfirmed; it follows AWS's documentation of the error. */
export const concurrentlyModified = (cause?: unknown) =>
  concurrentModification('Request was rejected because multiple concurrent changes were submitted to the entity.', {
    cause,
  });

/** `Cannot exceed quota for PoliciesPerRole: 10`. */
export const quotaExceeded = (quota: string, limit: number) =>
  limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`);
