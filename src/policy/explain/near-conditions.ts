/** Near misses of the Condition element: absent keys and values that differ. */
import { pointerStep } from '../../kernel/json.ts';
import { parseOperator } from '../conditions.ts';
import type { ConditionVerdict, PatchOperation, Why } from '../decision.ts';
import { matchWildcard } from '../match.ts';
import { type ConditionCase, move, sendAs } from './condition-case.ts';
import { issuerFact } from './key-roles.ts';
import { absentMiss, otherKeyMiss } from './near-keys.ts';
import type { ElementMiss, StatementCase } from './near-miss.ts';
import { valuesMiss } from './near-pairs.ts';
import { valueAt } from './patch.ts';

/** The near miss of one condition; undefined when it did not decide, or nothing close is known. */
export function conditionMiss(statement: StatementCase, condition: ConditionVerdict): ElementMiss | undefined {
  const { verdict, path } = statement;
  const prefix = condition.qualifier === null ? '' : `${condition.qualifier}:`;
  const spelling = prefix + condition.operator;
  const written = parseOperator(spelling);
  if (written === undefined) return undefined;
  const blockPath = `${path}/Condition`;
  const keyPath = blockPath + pointerStep(spelling) + pointerStep(condition.key);
  const fact = issuerFact(condition.key, statement.request);
  const one: ConditionCase = { ...statement, condition, spelling, written, blockPath, keyPath, fact };
  if (condition.why.code === 'key-absent-for-all-values') return forAllValuesMiss(one);
  // A false condition keeps an Allow from applying; a true one makes a Deny apply.
  if (condition.ok === (verdict.effect === 'Allow')) return undefined;
  if (written.operator.family === 'null') return presenceMiss(one);
  if (condition.actual === null) return absentMiss(one);
  if (condition.why.code === 'multivalued-key') return multivaluedMiss(one);
  return versionMiss(one) ?? audienceMiss(one) ?? otherKeyMiss(one) ?? valuesMiss(one);
}

/** ForAllValues is true for an absent key; a Deny that applies for that reason is fixed by a condition that the key is present. */
function forAllValuesMiss(one: ConditionCase): ElementMiss {
  const { condition, blockPath, policy, verdict } = one;
  const why: Why = { code: 'for-all-values-absent', key: condition.key, operator: one.spelling };
  if (verdict.effect === 'Allow') return { path: one.keyPath, why };
  const send = sendAs(one, condition.expected[0] ?? '');
  const target = `${blockPath}/Null`;
  const exists = valueAt(policy.document, target) !== undefined;
  const patch: readonly PatchOperation[] = exists
    ? [{ op: 'add', path: target + pointerStep(condition.key), value: 'false' }]
    : [{ op: 'add', path: target, value: { [condition.key]: 'false' } }];
  return { path: one.keyPath, why, edits: [{ patch, widens: true }], send };
}

function multivaluedMiss(one: ConditionCase): ElementMiss {
  const { condition, spelling, keyPath } = one;
  const better = `${one.written.operator.negated ? 'ForAllValues' : 'ForAnyValue'}:${spelling}`;
  const why: Why = { code: 'multivalued-key', key: condition.key, operator: spelling, better };
  return { path: keyPath, why, edits: move(one, better, condition.key) };
}

/** Null decided: the key has to be in the request, or must not be in it. */
function presenceMiss({ condition, keyPath, spelling }: ConditionCase): ElementMiss {
  const { key, actual } = condition;
  return { path: keyPath, why: { code: actual === null ? 'key-required' : 'key-prohibited', key, operator: spelling } };
}

/** `${…}` in a policy without Version 2012-10-17 is literal text. */
function versionMiss({ condition, policy, keyPath }: ConditionCase): ElementMiss | undefined {
  if (policy.version === '2012-10-17' || !condition.expected.some(value => value.includes('${'))) return undefined;
  const written = condition.expected.find(value => value.includes('${')) ?? '';
  const patch: readonly PatchOperation[] = [{ op: 'add', path: '/Version', value: '2012-10-17' }];
  const why: Why = { code: 'variables-need-version', expected: written };
  return { path: keyPath, why, edits: [{ patch, widens: false }] };
}

/** `<issuer>:aud` holds the authorized party (`azp`) when the token has one; the audience itself is `<issuer>:oaud`. */
function audienceMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, request, keyPath, fact } = one;
  if (fact?.claim !== 'aud') return undefined;
  const better = `${condition.key.slice(0, -3)}oaud`;
  const audience = request.context.get(better.toLowerCase());
  if (typeof audience !== 'string' || !condition.expected.some(value => matchWildcard(value, audience)))
    return undefined;
  const why: Why = { code: 'aud-against-azp', key: condition.key, better, actual: condition.actual?.[0], audience };
  return { path: keyPath, why, edits: move(one, one.spelling, better) };
}
