/** Near misses of operators: one that compares values of another type than those of the key, and periods that have ended. */
import { splitArn } from '../../aws/arn.ts';
import { contextKey } from '../context-keys.ts';
import { parseBlock } from '../values.ts';
import { type ConditionCase, holdsAs, move, sendAs } from './condition-case.ts';
import type { ElementMiss } from './near-miss.ts';

/** The operator that compares the values of the key and of the policy as their author means them. */
function fittingOperator({ written, condition }: ConditionCase): string | undefined {
  const { family, negated } = written.operator;
  const { key, expected, actual } = condition;
  if (family === 'string' && contextKey(key)?.type === 'IP address') {
    const isBlock = (value: string): boolean => value.includes('/') && parseBlock(value) !== undefined;
    return expected.some(isBlock) ? (negated ? 'NotIpAddress' : 'IpAddress') : undefined;
  }
  const isText = actual?.every(value => splitArn(value) === undefined) === true;
  return family === 'arn' && isText ? (negated ? 'StringNotLike' : 'StringLike') : undefined;
}

/** A block of addresses under a String operator, or a text under an Arn operator: the condition can never match. */
export function operatorMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, written, spelling, keyPath } = one;
  const name = fittingOperator(one);
  if (name === undefined) return undefined;
  const better = spelling.replace(written.operator.name, name);
  const [expected = ''] = condition.expected;
  const why = {
    code: 'operator-of-other-type',
    key: condition.key,
    operator: spelling,
    better,
    expected,
    actual: condition.actual?.[0] ?? '',
  };
  if (holdsAs(one, better))
    return { path: keyPath, why, edits: move(one, better, condition.key), dead: name.includes('IpAddress') };
  return { path: keyPath, why, send: sendAs(one, expected, { spelling: better }) };
}

const clockKeys: ReadonlySet<string> = new Set(['aws:currenttime', 'aws:epochtime']);

/** The time of the request: a period that has ended is a matter of the policy, one that has not begun of the caller. */
export function periodMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, written, spelling, keyPath, verdict } = one;
  const { name } = written.operator;
  const [expected = ''] = condition.expected;
  if (!clockKeys.has(condition.key.toLowerCase()) || !/(?:Less|Greater)Than/.test(name)) return undefined;
  const why = { key: condition.key, operator: spelling, expected, actual: condition.actual?.[0] ?? '' };
  // The condition of an Allow is false, that of a Deny is true.
  const isOver = name.includes('LessThan') === (verdict.effect === 'Allow');
  if (isOver) return { path: keyPath, why: { code: 'period-over', ...why } };
  const how = `Make the call after ${JSON.stringify(expected)}`;
  return { path: keyPath, why: { code: 'period-not-begun', ...why }, send: { side: 'caller', how } };
}
