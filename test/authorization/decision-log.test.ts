/** The decision log: the newest decisions, filters, and explanation on reading. */
import { describe, expect, it } from 'vitest';
import { type DecisionEntry, DecisionLog } from '../../src/authorization/decision-log.ts';
import { policyBytes } from '../../src/authorization/policy-bytes.ts';
import { createRandomSource } from '../../src/kernel/random.ts';
import type { Decision } from '../../src/policy/decision.ts';
import { parsePolicy } from '../../src/policy/index.ts';

let explanations = 0;
const entry = (of: Partial<DecisionEntry> = {}): DecisionEntry => ({
  action: 'iam:GetRole',
  resource: 'arn:aws:iam::000000000000:role/r',
  principal: { type: 'user', arn: 'arn:aws:iam::000000000000:user/ann', account: '000000000000' },
  allowed: true,
  reason: 'allowed',
  layers: [],
  steps: [],
  atMs: Date.UTC(2026, 10, 20, 12),
  requestId: 'r',
  size: 1000,
  explain: () => {
    explanations++;
    return { explanation: ['because'], fixes: [] };
  },
  ...of,
});

it('returns the newest first and removes the oldest', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'), 3);
  const ids = [1, 2, 3, 4, 5].map(at => decisionLog.record(entry({ atMs: at })));
  expect(decisionLog.list().map(({ id }) => id)).toEqual([ids[4], ids[3], ids[2]]);
  expect(decisionLog.list({ limit: 1 }).map(({ id }) => id)).toEqual([ids[4]]);
  expect(decisionLog.get(ids[0] ?? '')).toBeUndefined();
  expect(decisionLog.get(ids[4] ?? '')).toMatchObject({ at: '1970-01-01T00:00:00.005Z', explanation: ['because'] });
  decisionLog.clear();
  expect(decisionLog.list()).toEqual([]);
});

it('explains each decision when it is yielded, without decisions recorded meanwhile', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'), 3);
  const ids = [1, 2, 3].map(at => decisionLog.record(entry({ atMs: at })));
  const before = explanations;
  const turns = decisionLog.each();
  expect([turns.next().value?.id, explanations - before]).toEqual([ids[2], 1]);
  decisionLog.record(entry({ atMs: 4 }));
  expect([...turns].map(({ id }) => id)).toEqual([ids[1], ids[0]]);
  expect(explanations - before).toBe(3);
});

it('keeps the newest decisions within the byte limit', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'), 100, 10_000);
  const ids = Array.from({ length: 20 }, (_, at) => decisionLog.record(entry({ atMs: at, size: 3000 })));
  expect(decisionLog.list().map(({ id }) => id)).toEqual([ids[19], ids[18], ids[17]]);
  expect(decisionLog.bytes).toBe(9000);
  expect(decisionLog.get(ids[16] ?? '')).toBeUndefined();
  const last = decisionLog.record(entry({ size: 8000 }));
  expect(decisionLog.list().map(({ id }) => id)).toEqual([last]);
  decisionLog.record(entry({ size: 10_001 }));
  expect([decisionLog.list(), decisionLog.bytes]).toEqual([[], 0]);
});

it('counts a policy once for all its decisions, until the last of them is removed', () => {
  const policyOf = (sid: string) => {
    const text = `{"Version":"2012-10-17","Statement":{"Sid":"${sid}","Effect":"Allow","Action":"*","Resource":"*"}}`;
    const parsed = parsePolicy(text, { kind: 'identity' });
    if (!parsed.ok) throw new Error('the policy is not one');
    return parsed.policy;
  };
  const [one, other] = [policyOf('One'), policyOf('Two')];
  const decisionLog = new DecisionLog(createRandomSource('decision-log'), 3);
  for (let at = 0; at < 3; at++) decisionLog.record(entry({ policies: { identity: [one] } }));
  expect(decisionLog.bytes).toBe(3000 + policyBytes(one));
  for (let at = 0; at < 3; at++) decisionLog.record(entry({ policies: { resource: other, session: [other] } }));
  expect(decisionLog.bytes).toBe(3000 + policyBytes(other));
  decisionLog.clear();
  expect(decisionLog.bytes).toBe(0);
});

it('keeps nothing with a capacity of 0, and still notifies listeners', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'), 0);
  const received: string[] = [];
  decisionLog.subscribe(({ id }) => received.push(id));
  const id = decisionLog.record(entry());
  expect([decisionLog.list(), decisionLog.get(id), decisionLog.bytes, received]).toEqual([[], undefined, 0, [id]]);
});

it('explains a decision once for all listeners', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'), 0);
  const received: Decision[] = [];
  for (let at = 0; at < 3; at++) decisionLog.subscribe(decision => received.push(decision));
  explanations = 0;
  decisionLog.record(entry());
  expect([received.length, new Set(received).size, explanations]).toEqual([3, 1, 1]);
});

it('explains a decision only on reading', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'));
  explanations = 0;
  const id = decisionLog.record(entry());
  expect(explanations).toBe(0);
  decisionLog.get(id);
  expect(explanations).toBe(1);
});

describe('filters', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'));
  decisionLog.record(entry({ action: 'sts:AssumeRole', allowed: false, reason: 'implicit-deny', atMs: 1000 }));
  decisionLog.record(entry({ resource: 'arn:aws:iam::000000000000:role/path/other', atMs: 2000 }));
  it.each([
    [{ action: 'AssumeRole' }, ['sts:AssumeRole']],
    [{ action: 'STS:assumerole' }, ['sts:AssumeRole']],
    [{ action: 'sts:Assume' }, []],
    [{ outcome: 'denied' as const }, ['sts:AssumeRole']],
    [{ outcome: 'allowed' as const }, ['iam:GetRole']],
    [{ role: 'other' }, ['iam:GetRole']],
    [{ role: 'arn:aws:iam::000000000000:role/r' }, ['sts:AssumeRole']],
    [{ principal: 'user/ann' }, ['iam:GetRole', 'sts:AssumeRole']],
    [{ principal: 'user/bob' }, []],
    [{ since: 1500 }, ['iam:GetRole']],
  ])('%j', (filter, actions) => {
    expect(decisionLog.list(filter).map(({ action }) => action)).toEqual(actions);
  });
});

it('notifies listeners until they unsubscribe', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'));
  const received: string[] = [];
  const stop = decisionLog.subscribe(({ id }) => received.push(id));
  const id = decisionLog.record(entry());
  stop();
  decisionLog.record(entry());
  expect(received).toEqual([id]);
});
