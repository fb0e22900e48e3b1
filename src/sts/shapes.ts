/** Members shared by several STS operations, with the constraints of the API model (2011-06-15). */
import { integer, list, optional, struct, text, timestamp } from '../aws/shape.ts';
import { defined } from '../kernel/defined.ts';
import { ARN, ROLE_DURATION, SESSION_NAME, WEB_IDENTITY_TOKEN } from '../policy/web-identity/parameters.ts';

const POLICY_CHARACTERS = '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+';

/** An ARN-like member: 20 to 2048 characters; the ARN form itself is checked later. */
export const arn = () => text(ARN);

/** A session name or source identity. */
export const sessionName = () => text(SESSION_NAME);

/** A web identity token; its form is checked later. */
export const webIdentityToken = () => text({ ...WEB_IDENTITY_TOKEN, sensitive: true });

/** The name of a federated user. */
export const federatedName = () => text({ min: 2, max: 32, pattern: SESSION_NAME.pattern });

/** An inline session policy. For AssumeRole the model has no maximum length; the packed size is the limit. */
export const sessionPolicy = (max?: number) => text({ min: 1, ...defined({ max }), pattern: POLICY_CHARACTERS });

export const policyArns = () => list(struct('PolicyDescriptorType', { arn: optional(arn()) }));

const tagKey = () => text({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+', first: 'length' });
const tagValue = () => text({ min: 0, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' });

export const tags = () => list(struct('Tag', { Key: tagKey(), Value: tagValue() }), { max: 50 });
export const tagKeys = () => list(tagKey(), { max: 50 });

export const serialNumber = () => text({ min: 9, max: 256, pattern: '[\\w+=/:,.@-]*' });
export const tokenCode = () => text({ min: 6, max: 6, pattern: '[\\d]*' });
export const externalId = () => text({ min: 2, max: 1224, pattern: '[\\w+=,.@:\\/-]*' });

/** Duration of a role session in seconds. */
export const roleDuration = () => integer(ROLE_DURATION);

/** Minimum size of the session token in bytes. */
export const minimumTokenSize = () => integer({ min: 0, max: 4096 });

export const credentials = () =>
  struct('Credentials', {
    AccessKeyId: text(),
    SecretAccessKey: text(),
    SessionToken: text(),
    Expiration: timestamp(),
  });

export const assumedRoleUser = () => struct('AssumedRoleUser', { AssumedRoleId: text(), Arn: text() });

/** Size of the session token; returned when the request has MinimumSessionTokenSize. */
export const tokenSizeMembers = () => ({
  SessionTokenUtilization: optional(integer()),
  SessionTokenSize: optional(integer()),
});
