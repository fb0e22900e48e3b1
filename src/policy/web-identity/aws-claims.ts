/** The claims that AWS defines: session tags, source identity and the roles for which a token is valid. */
import { isObject } from '../../kernel/json.ts';
import type { SessionTag } from './context.ts';
import type { Members } from './members.ts';
import { type ErrorDetail, invalidIdentityToken } from './refusals.ts';

const TAGS = 'https://aws.amazon.com/tags';
const FLAT_TAG = `${TAGS}/principal_tags/`;
const FLAT_TRANSITIVE = `${TAGS}/transitive_tag_keys`;
const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity';
const ROLES = 'https://aws.amazon.com/roles';

const MAX_TAGS = 50;
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const SOURCE = /^[a-zA-Z_0-9+=,.@-]{2,64}$/;
const ROLE_ARN = /^arn:[a-z0-9-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

export interface TokenTags {
  readonly tags: readonly SessionTag[];
  readonly transitive: readonly string[];
}

const principalTagsFormat = (detail: string) =>
  invalidIdentityToken('principal_tags passed in claim is not in correct format.', { reason: 'bad-tags', detail });

const tagsFormat = (detail: string) =>
  invalidIdentityToken('Session tags passed in claim are not in correct format.', { reason: 'bad-tags', detail });

/**
 * Session tags of the token, nested or flat (IAM User Guide, id_session-tags). Undefined when it has none.
 * Throws InvalidIdentityToken for a wrong format, an exceeded limit, or keys that are equal without case.
 */
export function readTags(claims: Members): TokenTags | undefined {
  const tags: SessionTag[] = [];
  const transitive: string[] = [];
  const nested = claims.get(TAGS);
  if (nested !== undefined && nested !== null) readNested(nested, tags, transitive);
  for (const name of claims.names()) {
    if (name.startsWith(FLAT_TAG)) tags.push({ Key: name.slice(FLAT_TAG.length), Value: flatValue(claims.get(name)) });
  }
  const flat = claims.get(FLAT_TRANSITIVE);
  if (flat !== undefined && flat !== null) transitive.push(...transitiveKeys(flat));
  if (tags.length === 0 && transitive.length === 0) return undefined;
  checkLimits(tags, transitive);
  return { tags, transitive };
}

function readNested(claim: unknown, tags: SessionTag[], transitive: string[]): void {
  if (!isObject(claim)) throw tagsFormat(`The claim ${TAGS} is not an object.`);
  const { principal_tags: principalTags, transitive_tag_keys: keys } = claim;
  if (principalTags !== undefined && principalTags !== null) {
    if (!isObject(principalTags)) throw principalTagsFormat('principal_tags is not an object.');
    for (const [Key, values] of Object.entries(principalTags)) {
      const value: unknown = Array.isArray(values) && values.length === 1 ? values[0] : undefined;
      if (typeof value !== 'string') {
        throw principalTagsFormat(`principal_tags.${Key} must be a list of one string, such as ["value"].`);
      }
      tags.push({ Key, Value: value });
    }
  }
  if (keys !== undefined && keys !== null) transitive.push(...transitiveKeys(keys));
}

function flatValue(value: unknown): string {
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof only === 'string') return only;
  throw principalTagsFormat('A flat principal tag is not a string.');
}

function transitiveKeys(keys: unknown): readonly string[] {
  if (Array.isArray(keys) && keys.every(key => typeof key === 'string')) return keys;
  throw tagsFormat('transitive_tag_keys is not a list of strings.');
}

function checkLimits(tags: readonly SessionTag[], transitive: readonly string[]): void {
  if (tags.length > MAX_TAGS)
    throw tagsFormat(`The token has ${tags.length} session tags; the maximum is ${MAX_TAGS}.`);
  const seen = new Set<string>();
  for (const { Key, Value } of tags) {
    if (!TAG_KEY.test(Key) || !TAG_VALUE.test(Value)) {
      throw tagsFormat(`The key or value of the tag ${Key.slice(0, 128)} has an invalid length or character.`);
    }
    if (seen.has(Key.toLowerCase()))
      throw tagsFormat(`The token has the tag ${Key} twice; AWS ignores letter case in tag keys.`);
    seen.add(Key.toLowerCase());
  }
  const unmatched = transitive.find(key => !seen.has(key.toLowerCase()));
  if (unmatched !== undefined)
    throw tagsFormat(`The transitive tag key ${unmatched.slice(0, 128)} is not among the session tags of the token.`);
}

/** The source identity of the token; undefined when it has none. Throws InvalidIdentityToken for an invalid one. */
export function readSourceIdentity(claims: Members): string | undefined {
  const claim = claims.get(SOURCE_IDENTITY);
  if (claim === undefined || claim === null) return undefined;
  if (typeof claim === 'string' && SOURCE.test(claim) && !claim.startsWith('aws:')) return claim;
  throw invalidIdentityToken('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"', {
    reason: 'bad-source-identity',
    detail: `The claim ${SOURCE_IDENTITY} is not a valid source identity.`,
  });
}

/**
 * Checks the roles claim (July 2026): undefined when the token has none, true when it contains the role ARN. Throws
 * InvalidIdentityToken when it does not, or contains no role ARN. Entries are trimmed; other entries are ignored.
 */
export function authorizedByRoles(claims: Members, roleArn: string): true | undefined {
  const claim = claims.get(ROLES);
  if (claim === undefined || claim === null) return undefined;
  if (typeof claim !== 'string' && !Array.isArray(claim)) {
    throw invalidIdentityToken(
      'The roles claim is not in a supported format',
      rolesKnown(`The claim ${ROLES} is neither a list nor a string of role ARNs separated by ";".`),
    );
  }
  const entries: readonly unknown[] = typeof claim === 'string' ? claim.split(';') : claim;
  const roles = entries
    .filter(entry => typeof entry === 'string')
    .map(entry => entry.trim())
    .filter(entry => ROLE_ARN.test(entry));
  if (roles.length === 0) {
    throw invalidIdentityToken(
      'The roles claim contains no valid role ARNs',
      rolesKnown(`None of the ${entries.length} entries of the claim ${ROLES} is a role ARN.`),
    );
  }
  if (roles.includes(roleArn)) return true;
  throw invalidIdentityToken(
    'The target role ARN is not present in the roles claim of the identity token',
    rolesKnown(`The request is for ${roleArn}; the claim ${ROLES} contains ${roles.slice(0, 5).join(', ')}.`),
  );
}

const rolesKnown = (detail: string): ErrorDetail => ({ reason: 'roles-claim', detail });
