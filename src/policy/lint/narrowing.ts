/**
 * Whether a condition says who the caller is. A condition that a caller satisfies by choosing a value, or whose values match everyone, is
 * no restriction. Conditions are combined with AND: one that says who the caller is suffices. Its values are combined with OR: each must.
 */
import { splitArn } from '../../aws/arn.ts';
import type { CompiledCondition } from '../conditions.ts';
import { issuerKey } from '../provider-claims.ts';
import { parseBlock } from '../values.ts';
import type { Template } from '../variables.ts';
import { isBlockAsText, isPrivate, isWideBlock } from './addresses.ts';
import { cachePerStatement, type LintCase } from './lint-case.ts';

/** Whether a pattern (`*` and `?` are wildcards) matches only values of known callers. */
export type Narrow = (pattern: string) => boolean;

/** A value that has no wildcard. */
export const whole: Narrow = pattern => pattern !== '' && !/[*?]/.test(pattern);
/** A letter or digit besides wildcards and punctuation. */
export const notOnlyWildcards: Narrow = pattern => /[\p{L}\p{N}]/u.test(pattern);
/** The text before the first wildcard. */
export const literalHead = (pattern: string): string => /^[^*?]*/.exec(pattern)?.[0] ?? '';

/** Whether a condition fails when its key is absent. */
const isKeyRequired = ({ operator, qualifier, ifExists, values }: CompiledCondition): boolean =>
  operator.family === 'null'
    ? values.every(text => text.toLowerCase() !== 'true')
    : !ifExists && (qualifier === 'ForAnyValue' || (qualifier === null && !operator.negated));

/** Lower-case keys without which the statement does not apply. */
export const requiredKeys = cachePerStatement(
  ({ conditions }): ReadonlySet<string> => new Set(conditions.filter(isKeyRequired).map(({ lowerKey }) => lowerKey)),
);

const exactOperators: ReadonlySet<string> = new Set(['StringEquals', 'StringEqualsIgnoreCase', 'NumericEquals']);
const patternOperators: ReadonlySet<string> = new Set(['StringLike', 'ArnLike', 'ArnEquals', 'IpAddress', 'Bool']);

/** Whether the condition requires one of its values: the key must be present, and the operator is not negated. */
export const isRestricting = (condition: CompiledCondition, one: LintCase): boolean =>
  (exactOperators.has(condition.operator.name) || patternOperators.has(condition.operator.name)) &&
  (isKeyRequired(condition) || requiredKeys(one).has(condition.lowerKey));

/** Keys whose value the caller has or chooses: a variable of them matches whatever the caller has. */
const callerVariable = /^(?:aws:principal|aws:userid$|aws:username$|aws:requesttag\/|aws:sourceidentity$|sts:)/;

/** The values as patterns, without those that match nothing: wildcards of an operator without wildcards, blocks compared as text. */
export function patternsOf(condition: CompiledCondition): readonly string[] {
  const { operator, templates, lowerKey } = condition;
  const isExact = exactOperators.has(operator.name);
  const isOpen = (key: string): boolean => key === lowerKey || callerVariable.test(key) || issuerKey(key) !== undefined;
  const pattern = ({ tokens }: Template): string | undefined => {
    let text = '';
    for (const token of tokens) {
      if (token.type === 'text' && isExact && /[*?]/.test(token.text)) return undefined;
      if (token.type === 'variable') text += isOpen(token.key) ? '*' : 'x';
      else text += token.type === 'literal' ? 'x' : token.text;
    }
    return text;
  };
  return templates
    .map(pattern)
    .filter(text => text !== undefined)
    .filter(text => !isBlockAsText(condition, text));
}

/** Whether the condition requires a value, and each of its values is narrow. */
export const isNarrow = (condition: CompiledCondition, narrow: Narrow, one: LintCase): boolean =>
  isRestricting(condition, one) && patternsOf(condition).every(narrow);

/** The ARN of one account, or text that no ARN equals; bucket names are unique among all accounts. */
const ofOneAccount: Narrow = pattern => {
  if (!pattern.startsWith('arn:') && whole(pattern)) return true;
  const [, , service = '', , account = '', resource = ''] = splitArn(pattern) ?? [];
  return whole(account) || (service === 's3' && whole(resource));
};
/** `o-abc/…`: the organization must be complete. */
const ofOneOrganization: Narrow = pattern => /^[^*?/]+\/|^[^*?]+$/.test(pattern);
/** A unique ID, whole or followed by the name of a session. */
const uniqueId: Narrow = pattern => literalHead(pattern).length >= 12;

const addressPattern: Narrow = pattern => {
  if (parseBlock(pattern) !== undefined) return !isWideBlock(pattern);
  // StringLike: the first parts of an address. Other text is no address and matches nothing.
  return !/[*?]/.test(pattern) || /^\d+\.\d+\.|^[0-9a-f]+:[0-9a-f]+:/i.test(literalHead(pattern));
};

const isTrue: Narrow = pattern => pattern.toLowerCase() === 'true';

/** Keys that AWS sets, and that say who calls or from which network, with the test of a value. */
const identifyingKeys: ReadonlyMap<string, Narrow> = new Map([
  ['aws:principalaccount', whole],
  ['aws:principalarn', ofOneAccount],
  ['aws:principalorgid', whole],
  ['aws:principalorgpaths', ofOneOrganization],
  ['aws:principalservicename', whole],
  ['aws:principalservicenameslist', whole],
  ['aws:userid', uniqueId],
  ['aws:federatedprovider', ofOneAccount],
  ['aws:sourceaccount', whole],
  ['aws:sourceowner', whole],
  ['aws:sourcearn', ofOneAccount],
  ['aws:sourceorgid', whole],
  ['aws:sourceorgpaths', ofOneOrganization],
  // Private addresses match nobody.
  ['aws:sourceip', pattern => isPrivate(pattern) || addressPattern(pattern)],
  ['aws:sourcevpc', whole],
  ['aws:sourcevpcarn', ofOneAccount],
  ['aws:sourcevpce', whole],
  ['aws:vpceaccount', whole],
  ['aws:vpceorgid', whole],
  ['aws:vpceorgpaths', ofOneOrganization],
  ['aws:ec2instancesourcevpc', whole],
  ['aws:chatbotsourcearn', ofOneAccount],
  ['ec2:sourceinstancearn', ofOneAccount],
  ['elasticfilesystem:accesspointarn', ofOneAccount],
  ['elasticfilesystem:accessedviamounttarget', isTrue],
  ['identitystore:userid', whole],
  ['kms:calleraccount', whole],
  ['lambda:sourcefunctionarn', ofOneAccount],
  ['s3:dataaccesspointaccount', whole],
  ['s3:dataaccesspointarn', ofOneAccount],
  ['sts:roleauthorizedbyidp', isTrue],
]);

/** Whether the text, as a pattern, matches callers that nobody knows. */
export const isOpenPattern = ({ lowerKey }: CompiledCondition, text: string): boolean =>
  !(identifyingKeys.get(lowerKey) ?? notOnlyWildcards)(text);

/** Keys of an identity provider in a policy that is not a trust policy. */
const ofProvider = (key: string): Narrow | undefined =>
  key.startsWith('saml:') || issuerKey(key) !== undefined ? notOnlyWildcards : undefined;

/** Whether a condition of the statement says which principals, networks or organizations call. */
export const bindsCaller = cachePerStatement(({ conditions }, one): boolean =>
  conditions.some(condition => {
    const narrow =
      identifyingKeys.get(condition.lowerKey) ??
      (one.policy.kind === 'trust' ? undefined : ofProvider(condition.lowerKey));
    return narrow !== undefined && isNarrow(condition, narrow, one);
  }),
);

/** Whether the condition of a Deny is true for all callers but those of its values: also for callers without the key. */
export const excludesOthers = (condition: CompiledCondition): boolean => {
  const narrow = identifyingKeys.get(condition.lowerKey);
  const { operator, qualifier } = condition;
  return narrow !== undefined && operator.negated && qualifier !== 'ForAnyValue' && patternsOf(condition).every(narrow);
};

/** Whether a caller whom the statement names must also give the external ID. */
export const requiresExternalId = (one: LintCase): boolean =>
  one.statement.conditions.some(
    condition => condition.lowerKey === 'sts:externalid' && isNarrow(condition, whole, one),
  );
