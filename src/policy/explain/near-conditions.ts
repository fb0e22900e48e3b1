/** Near misses of the Condition element: absent keys and values that differ. */
import { pointerStep } from '../../kernel/json.ts';
import { nearest } from '../../kernel/text.ts';
import { type OperatorSpelling, parseOperator } from '../conditions.ts';
import { contextKey } from '../context-keys.ts';
import type { ConditionVerdict, PatchOperation, Why } from '../decision.ts';
import { matchWildcard } from '../match.ts';
import { claimsOf, exposedClaims, issuerKey } from '../provider-claims.ts';
import { addValue, moveCondition, replaceValue } from './near-edits.ts';
import type { ElementMiss, StatementCase } from './near-miss.ts';
import { valueMiss } from './near-values.ts';
import { valueAt } from './patch.ts';

/** Maximum number of values of each side that are compared pairwise. */
const maxValues = 10;
/** Maximum number of names that are compared with a misspelled one. */
const maxNames = 200;

/** A condition that decided against the caller, with its paths in the document. */
interface ConditionCase extends StatementCase {
  readonly condition: ConditionVerdict;
  readonly spelling: string;
  readonly written: OperatorSpelling;
  readonly blockPath: string;
  readonly keyPath: string;
}

/** Patch that moves the condition to another operator or key. */
const move = (one: ConditionCase, spelling: string, key: string): readonly PatchOperation[] | undefined =>
  moveCondition(
    one.policy.document,
    one.blockPath,
    { spelling: one.spelling, key: one.condition.key },
    { spelling, key },
  );

/** The near miss of one condition; undefined when it did not decide, or nothing close is known. */
export function conditionMiss(statement: StatementCase, condition: ConditionVerdict): ElementMiss | undefined {
  const { verdict, path } = statement;
  const prefix = condition.qualifier === null ? '' : `${condition.qualifier}:`;
  const spelling = prefix + condition.operator;
  const written = parseOperator(spelling);
  if (written === undefined) return undefined;
  const blockPath = `${path}/Condition`;
  const keyPath = blockPath + pointerStep(spelling) + pointerStep(condition.key);
  const one: ConditionCase = { ...statement, condition, spelling, written, blockPath, keyPath };
  if (condition.why.code === 'key-absent-for-all-values') return forAllValuesMiss(one);
  // A false condition keeps an Allow from applying; a true one makes a Deny apply.
  if (condition.ok === (verdict.effect === 'Allow')) return undefined;
  if (condition.actual === null) return absentMiss(one);
  if (condition.why.code === 'multivalued-key') return multivaluedMiss(one);
  return versionMiss(one) ?? audienceMiss(one) ?? pairMiss(one);
}

/** ForAllValues is true for an absent key; a Deny that applies for that reason is fixed by a condition that the key is present. */
function forAllValuesMiss(one: ConditionCase): ElementMiss {
  const { condition, blockPath, policy, verdict } = one;
  const why: Why = { code: 'for-all-values-absent', key: condition.key, operator: one.spelling };
  if (verdict.effect === 'Allow') return { path: one.keyPath, why };
  const target = `${blockPath}/Null`;
  const exists = valueAt(policy.document, target) !== undefined;
  const patch: readonly PatchOperation[] = exists
    ? [{ op: 'add', path: target + pointerStep(condition.key), value: 'false' }]
    : [{ op: 'add', path: target, value: { [condition.key]: 'false' } }];
  return { path: one.keyPath, why, patch };
}

function multivaluedMiss(one: ConditionCase): ElementMiss {
  const { condition, spelling, keyPath } = one;
  const better = `${one.written.operator.negated ? 'ForAllValues' : 'ForAnyValue'}:${spelling}`;
  const why: Why = { code: 'multivalued-key', key: condition.key, operator: spelling, better };
  return { path: keyPath, why, patch: move(one, better, condition.key) };
}

/** Keys that are not in the request: misspelled, or never present. */
function absentMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, keyPath, request } = one;
  const { key } = condition;
  if (one.written.operator.family === 'null') return undefined;
  const rename = (code: string, better: string): ElementMiss => ({
    path: keyPath,
    why: { code, key, better },
    patch: move(one, one.spelling, better),
  });
  const present = (name: string): string | undefined => (request.context.has(name.toLowerCase()) ? name : undefined);
  const bare = key.replace(/^https?:\/\//i, '');
  if (bare !== key && present(bare) !== undefined) return rename('key-with-scheme', bare);
  const parts = issuerKey(key);
  if (parts !== undefined) {
    const { issuer, claim } = parts;
    const other = issuer.endsWith('/') ? `${issuer.slice(0, -1)}:${claim}` : `${issuer}/:${claim}`;
    if (present(other) !== undefined) return rename('key-trailing-slash', other);
    const hidden = claimsOf(issuer)?.hidden;
    if (hidden?.has(claim.toLowerCase()) === true) {
      const instead = hidden.get(claim.toLowerCase());
      return {
        path: keyPath,
        why: { code: 'claim-not-exposed', key, claim, better: instead && `${issuer}:${instead}` },
      };
    }
  }
  const close = nearest(key, [...request.context.keys()].filter(isPossibleSpelling(key)).slice(0, maxNames), 2);
  if (close !== undefined) return rename('key-spelling', close);
  if (parts !== undefined) {
    const elsewhere = [...request.context.keys()].find(name => issuerKey(name)?.claim === parts.claim.toLowerCase());
    if (elsewhere !== undefined) return rename('key-of-other-issuer', elsewhere);
    if (contextKey(key) === undefined) {
      const claims = exposedClaims(parts.issuer);
      return { path: keyPath, why: { code: 'claim-not-exposed', key, claim: parts.claim, claims } };
    }
  }
  return neverPresent(one);
}

/** Names that the key may be a misspelling of: for a key that exists, only the same claim of a similarly spelled issuer. */
function isPossibleSpelling(key: string): (name: string) => boolean {
  if (contextKey(key) === undefined) return () => true;
  const claim = issuerKey(key)?.claim.toLowerCase();
  return name => claim !== undefined && issuerKey(name)?.claim === claim;
}

/** Uses the table of keys: the key is unknown, never present for this caller or action, or only absent now. */
function neverPresent({ condition, keyPath, request }: ConditionCase): ElementMiss | undefined {
  const row = contextKey(condition.key);
  if (row === undefined) return { path: keyPath, why: { code: 'key-unknown', key: condition.key } };
  const { type } = request.principal;
  const base = { key: condition.key, when: row.when };
  if (row.callers !== undefined && !row.callers.includes(type)) {
    return { path: keyPath, why: { code: 'key-not-for-caller', caller: type, ...base } };
  }
  if (row.actions !== undefined && !row.actions.includes(request.action.toLowerCase())) {
    return { path: keyPath, why: { code: 'key-not-in-action', action: request.action, ...base } };
  }
  return { path: keyPath, why: { code: 'key-absent-now', ...base } };
}

/** `${…}` in a policy without Version 2012-10-17 is literal text. */
function versionMiss({ condition, policy, keyPath }: ConditionCase): ElementMiss | undefined {
  if (policy.version === '2012-10-17' || !condition.expected.some(value => value.includes('${'))) return undefined;
  const written = condition.expected.find(value => value.includes('${')) ?? '';
  const patch: readonly PatchOperation[] = [{ op: 'add', path: '/Version', value: '2012-10-17' }];
  return { path: keyPath, why: { code: 'variables-need-version', expected: written }, patch };
}

/** `<issuer>:aud` holds the authorized party (`azp`) when the token has one; the audience itself is `<issuer>:oaud`. */
function audienceMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, request, keyPath } = one;
  if (!condition.key.toLowerCase().endsWith(':aud') || issuerKey(condition.key) === undefined) return undefined;
  const better = `${condition.key.slice(0, -3)}oaud`;
  const audience = request.context.get(better.toLowerCase());
  if (typeof audience !== 'string' || !condition.expected.some(value => matchWildcard(value, audience)))
    return undefined;
  const why: Why = { code: 'aud-against-azp', key: condition.key, better, actual: condition.actual?.[0], audience };
  return { path: keyPath, why, patch: move(one, one.spelling, better) };
}

const likeOperators: ReadonlyMap<string, string> = new Map([
  ['StringEquals', 'StringLike'],
  ['StringNotEquals', 'StringNotLike'],
]);

function pairMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, written, keyPath, policy, spelling, verdict } = one;
  const { family, name, negated } = written.operator;
  if (family !== 'string' && family !== 'arn') return undefined;
  // A matching value decided, not a differing one.
  if (negated === (verdict.effect === 'Allow')) return undefined;
  const wildcards = family === 'arn' || name.endsWith('Like');
  const actuals = (condition.actual ?? []).slice(0, maxValues);
  for (const expected of condition.expected.slice(0, maxValues)) {
    for (const actual of actuals) {
      const miss = valueMiss({ expected, actual, wildcards });
      const remedy = miss?.remedy;
      if (miss === undefined || (name.includes('IgnoreCase') && miss.why.code === 'letter-case')) continue;
      const why: Why = { ...miss.why, key: condition.key, operator: spelling };
      if (remedy?.type === 'like') {
        const like = likeOperators.get(name);
        if (like === undefined) continue;
        const better = spelling.replace(name, like);
        return { path: keyPath, why: { ...why, better }, patch: move(one, better, condition.key) };
      }
      const patch =
        remedy?.type === 'add'
          ? addValue(policy.document, keyPath, remedy.value)
          : replaceValue(policy.document, keyPath, expected, remedy?.value ?? actual);
      return { path: keyPath, why, patch };
    }
  }
  return otherValue(one);
}

/** The values are not close: adding the request's value is the only edit that helps. */
function otherValue({ condition, keyPath, policy, spelling, written }: ConditionCase): ElementMiss | undefined {
  const actual = condition.actual?.[0];
  if (actual === undefined || written.operator.negated) return undefined;
  const expected = condition.expected[0] ?? '';
  const why: Why = { code: 'other-value', key: condition.key, operator: spelling, expected, actual };
  return { path: keyPath, why, patch: addValue(policy.document, keyPath, actual) };
}
