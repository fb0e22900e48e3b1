/** Cache of compiled session policies: limits in number and in bytes. */
import { describe, expect, it } from 'vitest';
import { compiledSession } from '../../src/authorization/policies-in-force.ts';
import { policyBytes } from '../../src/authorization/policy-bytes.ts';
import { parsePolicy } from '../../src/policy/index.ts';
import { keptMebibytes } from '../support/heap.ts';

const policyOf = (at: number, values: number, ending = '*') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: Array.from({ length: values }, (_, n) => `s3:Get${at}${n}${ending}`),
      Resource: '*',
    },
  });

describe('session policies', () => {
  it('are compiled once', () => {
    expect(compiledSession(policyOf(0, 1))).toBe(compiledSession(policyOf(0, 1)));
  });

  it('are limited in number', () => {
    const first = compiledSession(policyOf(0, 1));
    for (let at = 1; at < 256; at++) compiledSession(policyOf(at, 1));
    expect(compiledSession(policyOf(0, 1))).toBe(first);
    for (let at = 1; at <= 256; at++) compiledSession(policyOf(at, 1));
    expect(compiledSession(policyOf(0, 1))).not.toBe(first);
  });

  it('are limited in bytes', () => {
    const first = compiledSession(policyOf(1000, 500));
    expect(policyBytes(first)).toBeGreaterThan(500_000);
    const kept = keptMebibytes(() => {
      for (let at = 1001; at < 1100; at++) compiledSession(policyOf(at, 500));
      return true;
    });
    expect(kept).toBeLessThan(12);
    expect(compiledSession(policyOf(1000, 500))).not.toBe(first);
    expect(compiledSession(policyOf(1099, 500))).toBe(compiledSession(policyOf(1099, 500)));
  });
});

it.each([
  [1, '*'],
  [20, '*'],
  [400, '*'],
  [20, ''],
  [400, ''],
])('%i values that end with "%s" take about the estimated memory', (values, ending) => {
  // So many that other changes of the heap do not matter.
  const count = Math.max(200, 4000 / values);
  const make = () =>
    Array.from({ length: count }, (_, at) => {
      const parsed = parsePolicy(policyOf(at, values, ending), { kind: 'session' });
      if (!parsed.ok) throw new Error(parsed.faults[0]?.message);
      return parsed.policy;
    });
  make();
  const measured = keptMebibytes(make) * 1_048_576;
  const estimated = make().reduce((sum, policy) => sum + policyBytes(policy), 0);
  expect(estimated / measured).toBeGreaterThan(0.6);
  expect(estimated / measured).toBeLessThan(3);
});
