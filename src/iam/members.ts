/** Members of IAM operations with their constraints (service model 2010-05-08). */
import { blob, boolean, choice, integer, list, optional, struct, text, timestamp } from '../aws/shape.ts';

const NAME = '[\\w+=,.@-]+';
const WORD = '[\\w]+';
const PRINTABLE = '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+';

export const accessKeyId = text({ min: 16, max: 128, pattern: WORD });
export const accountAlias = text({ min: 3, max: 63, pattern: '^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$' });
export const actionName = text({ min: 3, max: 128 });
export const anyText = text();
export const arn = text({ min: 20, max: 2048 });
export const assertionEncryptionMode = choice(['Required', 'Allowed']);
export const assignmentStatus = choice(['Assigned', 'Unassigned', 'Any']);
/** No pattern: the model's pattern excludes wildcards, but its documentation allows them (unconfirmed). */
export const attachmentName = text({ min: 1, max: 128 });
export const attachmentType = choice(['user', 'group', 'role']);
export const authenticationCode = text({ min: 6, max: 6, pattern: '[\\d]+' });
export const bootstrapDatum = blob();
export const certificateBody = text({ min: 1, max: 16_384, pattern: PRINTABLE });
export const certificateId = text({ min: 24, max: 128, pattern: WORD });
export const certificationValue = text({ min: 1, max: 32, pattern: '[\\u0020-\\u00FF]+' });
export const clientId = text({ min: 1, max: 255 });
export const contextKeyName = text({ min: 5, max: 256 });
export const contextKeyType = choice([
  'string',
  'stringList',
  'numeric',
  'numericList',
  'boolean',
  'booleanList',
  'ip',
  'ipList',
  'binary',
  'binaryList',
  'date',
  'dateList',
]);
export const count = integer();
export const customSuffix = text({ min: 1, max: 64, pattern: NAME });
export const date = timestamp();
export const deletionTaskId = text({ min: 1, max: 1000 });
export const deletionTaskStatus = choice(['SUCCEEDED', 'IN_PROGRESS', 'FAILED', 'NOT_STARTED']);
export const entity = choice(['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy']);
export const entityId = text({ min: 16, max: 128, pattern: WORD });
export const evaluationDecision = choice(['allowed', 'explicitDeny', 'implicitDeny']);
export const existingUserName = text({ min: 1, max: 128, pattern: NAME });
export const flag = boolean();
export const groupName = text({ min: 1, max: 128, pattern: NAME });
export const identifiedPolicyType = choice([
  'inline',
  'aws-managed',
  'user-managed',
  'permission-boundary',
  'scp',
  'rcp',
]);
export const instanceProfileName = text({ min: 1, max: 128, pattern: NAME });
export const keyStatus = choice(['Active', 'Inactive', 'Expired']);
export const marker = text({ min: 1, max: 320, pattern: '[\\u0020-\\u00FF]+' });
export const maxItems = integer({ min: 1, max: 1000 });
export const password = text({ min: 1, max: 128, pattern: PRINTABLE });
export const path = text({ min: 1, max: 512, pattern: '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)' });
export const pathPrefix = text({ min: 1, max: 512, pattern: '\\u002F[\\u0021-\\u007F]*' });
/** The model's only value is `PermissionsBoundaryPolicy`; AWS returns `Policy` (recorded September 2026). */
export const permissionsBoundaryAttachment = choice(['Policy']);
export const policyDescription = text({ max: 1000 });
export const policyDocument = text({ min: 1, max: 131_072, pattern: PRINTABLE });
export const policyName = text({ min: 1, max: 128, pattern: NAME });
export const policyPath = text({ min: 1, max: 512, pattern: '((/[A-Za-z0-9\\.,\\+@=_-]+)*)/' });
export const policyScope = choice(['All', 'AWS', 'Local']);
export const policySource = choice(['user', 'group', 'role', 'aws-managed', 'user-managed', 'resource', 'none']);
export const policyUsage = choice(['PermissionsPolicy', 'PermissionsBoundary']);
export const policyVersionId = text({ pattern: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?' });
export const privateKey = text({ min: 1, max: 16_384, pattern: PRINTABLE });
export const privateKeyId = text({ min: 22, max: 64, pattern: '[A-Z0-9]+' });
export const providerUrl = text({ min: 1, max: 255 });
export const publicKeyId = text({ min: 20, max: 128, pattern: WORD });
export const reason = text({ max: 1000 });
export const regionName = text({ min: 1, max: 100 });
export const resourceHandlingOption = text({ min: 1, max: 64 });
export const resourceName = text({ min: 1, max: 2048 });
export const responseMarker = text();
export const roleDescription = text({ max: 1000, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*' });
export const roleMaxSessionDuration = integer({ min: 3600, max: 43_200 });
export const roleName = text({ min: 1, max: 64, pattern: NAME });
export const samlMetadata = text({ min: 1000, max: 10_000_000 });
export const samlProviderName = text({ min: 1, max: 128, pattern: '[\\w._-]+' });
export const serialNumber = text({ min: 9, max: 256, pattern: '[\\w+=/:,.@-]+' });
export const serviceCredentialAlias = text({ min: 0, max: 200, pattern: NAME });
export const serviceSpecificCredentialId = text({ min: 20, max: 128, pattern: WORD });
export const serviceUserName = text({ min: 0, max: 200, pattern: '[\\w+=,.@-]*' });
const tagKey = text({ min: 1, max: 128, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+' });
const tagValue = text({ min: 0, max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' });
export const thumbprint = text({ min: 40, max: 40 });
export const tokenVersion = choice(['v1Token', 'v2Token']);
export const userName = text({ min: 1, max: 64, pattern: NAME });
/** The model has no maximum; a serial number has 256 characters, 30 of them before the name. */
export const virtualMfaDeviceName = text({ min: 1, max: 226, pattern: NAME });
const tagShape = struct('Tag', { Key: tagKey, Value: tagValue });
export const tagList = list(tagShape, { max: 50 });
export const tagKeyList = list(tagKey, { max: 50 });

/** Pagination members: those of the request that select a page, and those of the response that identify the next one. */
export const pageRequest = { Marker: optional(marker), MaxItems: optional(maxItems) };
export const pageReply = { IsTruncated: optional(flag), Marker: optional(responseMarker) };

/** The input member that names the entity of a call, for rows that several entity types share. */
export const subject = <K extends string>(name: K, shape: ReturnType<typeof text>) => ({
  name,
  members: { [name]: shape },
  // The schema requires the member and reads it as text; the type of a computed key does not express that.
  of: (input: object): string => (input as Readonly<Record<K, string>>)[name],
});

export type Subject = ReturnType<typeof subject<string>>;
