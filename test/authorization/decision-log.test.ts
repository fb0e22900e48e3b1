/** The book of decisions: the newest so many, filtered, explained only when somebody reads. */
import { describe, expect, it } from 'vitest';
import { DecisionBook, type DecisionEntry } from '../../src/authorization/decision-log.ts';
import { policyBytes } from '../../src/authorization/policy-bytes.ts';
import { makeDice } from '../../src/kernel/random.ts';
import type { Decision } from '../../src/policy/decision.ts';
import { parsePolicy } from '../../src/policy/index.ts';

let explained = 0;
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
    explained++;
    return { explanation: ['because'], fixes: [] };
  },
  ...of,
});

it('answers the newest first and forgets the oldest', () => {
  const book = new DecisionBook(makeDice('book'), 3);
  const ids = [1, 2, 3, 4, 5].map(at => book.record(entry({ atMs: at })));
  expect(book.list().map(({ id }) => id)).toEqual([ids[4], ids[3], ids[2]]);
  expect(book.list({ limit: 1 }).map(({ id }) => id)).toEqual([ids[4]]);
  expect(book.get(ids[0] ?? '')).toBeUndefined();
  expect(book.get(ids[4] ?? '')).toMatchObject({ at: '1970-01-01T00:00:00.005Z', explanation: ['because'] });
  book.clear();
  expect(book.list()).toEqual([]);
});

it('explains each when its turn comes, without what is recorded meanwhile', () => {
  const book = new DecisionBook(makeDice('book'), 3);
  const ids = [1, 2, 3].map(at => book.record(entry({ atMs: at })));
  const before = explained;
  const turns = book.each();
  expect([turns.next().value?.id, explained - before]).toEqual([ids[2], 1]);
  book.record(entry({ atMs: 4 }));
  expect([...turns].map(({ id }) => id)).toEqual([ids[1], ids[0]]);
  expect(explained - before).toBe(3);
});

it('keeps no more bytes than it may, the newest', () => {
  const book = new DecisionBook(makeDice('book'), 100, 10_000);
  const ids = Array.from({ length: 20 }, (_, at) => book.record(entry({ atMs: at, size: 3000 })));
  expect(book.list().map(({ id }) => id)).toEqual([ids[19], ids[18], ids[17]]);
  expect(book.bytes).toBe(9000);
  expect(book.get(ids[16] ?? '')).toBeUndefined();
  const last = book.record(entry({ size: 8000 }));
  expect(book.list().map(({ id }) => id)).toEqual([last]);
  book.record(entry({ size: 10_001 }));
  expect([book.list(), book.bytes]).toEqual([[], 0]);
});

it('counts a policy once, however many decisions it judged, and until the last of them leaves', () => {
  const policyOf = (sid: string) => {
    const text = `{"Version":"2012-10-17","Statement":{"Sid":"${sid}","Effect":"Allow","Action":"*","Resource":"*"}}`;
    const parsed = parsePolicy(text, { kind: 'identity' });
    if (!parsed.ok) throw new Error('the policy is not one');
    return parsed.policy;
  };
  const [one, other] = [policyOf('One'), policyOf('Two')];
  const book = new DecisionBook(makeDice('book'), 3);
  for (let at = 0; at < 3; at++) book.record(entry({ policies: { identity: [one] } }));
  expect(book.bytes).toBe(3000 + policyBytes(one));
  for (let at = 0; at < 3; at++) book.record(entry({ policies: { resource: other, session: [other] } }));
  expect(book.bytes).toBe(3000 + policyBytes(other));
  book.clear();
  expect(book.bytes).toBe(0);
});

it('keeps nothing with a capacity of 0, and still tells its listeners', () => {
  const book = new DecisionBook(makeDice('book'), 0);
  const heard: string[] = [];
  book.subscribe(({ id }) => heard.push(id));
  const id = book.record(entry());
  expect([book.list(), book.get(id), book.bytes, heard]).toEqual([[], undefined, 0, [id]]);
});

it('explains a decision once for all who listen', () => {
  const book = new DecisionBook(makeDice('book'), 0);
  const heard: Decision[] = [];
  for (let at = 0; at < 3; at++) book.subscribe(decision => heard.push(decision));
  explained = 0;
  book.record(entry());
  expect([heard.length, new Set(heard).size, explained]).toEqual([3, 1, 1]);
});

it('explains when somebody reads, not before', () => {
  const book = new DecisionBook(makeDice('book'));
  explained = 0;
  const id = book.record(entry());
  expect(explained).toBe(0);
  book.get(id);
  expect(explained).toBe(1);
});

describe('filters', () => {
  const book = new DecisionBook(makeDice('book'));
  book.record(entry({ action: 'sts:AssumeRole', allowed: false, reason: 'implicit-deny', atMs: 1000 }));
  book.record(entry({ resource: 'arn:aws:iam::000000000000:role/path/other', atMs: 2000 }));
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
    expect(book.list(filter).map(({ action }) => action)).toEqual(actions);
  });
});

it('tells its listeners, until they stop', () => {
  const book = new DecisionBook(makeDice('book'));
  const heard: string[] = [];
  const stop = book.subscribe(({ id }) => heard.push(id));
  const id = book.record(entry());
  stop();
  book.record(entry());
  expect(heard).toEqual([id]);
});
