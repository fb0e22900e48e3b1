/** Values that the requests of a key never have, although the operator accepts them: one row for each mistake. */
import { splitArn } from '../../aws/arn.ts';
import type { CompiledCondition } from '../conditions.ts';
import { contextKey } from '../context-keys.ts';
import { isPossibleValue } from '../fixed-values.table.ts';
import { hasWildcard } from '../match.ts';

/** Why no request has the value; undefined for a possible value. */
type Impossible = (value: string, condition: CompiledCondition) => string | undefined;

const accountKey =
  /^(?:aws:(?:principal|resource|source|vpce)account|aws:sourceowner|kms:calleraccount|s3:(?:resource|dataaccesspoint)account)$/;
const organizationKey = /^aws:(?:principal|resource|source|vpce)orgid$/;

const impossible: readonly Impossible[] = [
  (value, { lowerKey }) =>
    accountKey.test(lowerKey) && /^arn:|^\d{4}-\d{4}-\d{4}$/.test(value)
      ? 'the value is the number of an account, 12 digits'
      : undefined,
  (value, { lowerKey }) =>
    organizationKey.test(lowerKey) && /^(?:\d{12}$|(?:ou|r)-|o-[^/]*\/)/.test(value)
      ? 'the value is the ID of an organization (o-…), without a path'
      : undefined,
  (value, { key }) =>
    contextKey(key)?.type === 'ARN' && /^(?:\d{12}$|(?:role|user|assumed-role)\/)/.test(value)
      ? 'the value is a whole ARN (arn:…)'
      : undefined,
  // KMS Developer Guide, conditions-kms: SERVICE.REGION.amazonaws.com for every service.
  (value, { lowerKey }) =>
    lowerKey === 'kms:viaservice' && /^[a-z0-9-]+\.amazonaws\.com$/.test(value)
      ? 'the value has a region (SERVICE.REGION.amazonaws.com)'
      : undefined,
  (value, { lowerKey }) =>
    lowerKey === 'aws:principalarn' && splitArn(value)?.[2] === 'sts' && value.includes(':assumed-role/')
      ? 'it is the ARN of a session, and the value is the ARN of the role (arn:…:iam::ACCOUNT:role/PATH/NAME)'
      : undefined,
  (value, { lowerKey }) =>
    lowerKey === 'aws:principalarn' && /:role\/AWSReservedSSO_/.test(value)
      ? 'roles of IAM Identity Center have a path (role/aws-reserved/sso.amazonaws.com/REGION/AWSReservedSSO_…)'
      : undefined,
  (value, { key }) =>
    !hasWildcard(value) && !value.includes('${') && isPossibleValue(key, value) === false
      ? 'the key has a few fixed values only'
      : undefined,
];

/** Why no request has the value, by the first row that fits. */
export const whyImpossible: Impossible = (value, condition) =>
  impossible.map(test => test(value, condition)).find(why => why !== undefined);
