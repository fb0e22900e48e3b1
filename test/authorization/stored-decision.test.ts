/** Stored decisions: truncated texts of a large request, with the same policy verdicts. */
import { describe, expect, it } from 'vitest';
import { DecisionLog, type NewDecision } from '../../src/authorization/decision-log.ts';
import { CallDecision, StoredDecision } from '../../src/authorization/stored-decision.ts';
import { AwsError } from '../../src/aws/error.ts';
import { createRandomSource } from '../../src/kernel/random.ts';
import { evaluate, parsePolicy } from '../../src/policy/index.ts';
import type { PolicyEvaluation } from '../../src/policy/web-identity/run.ts';
import { keptMebibytes } from '../support/heap.ts';

const ARN = 'arn:aws:iam::000000000000:user/ann';

function judgedBy(statement: object, agent: string): PolicyEvaluation {
  const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...statement } };
  const parsed = parsePolicy(JSON.stringify(document), { kind: 'identity' });
  if (!parsed.ok) throw new Error(parsed.faults[0]?.message);
  const request = {
    principal: { type: 'user', arn: ARN, account: '000000000000' },
    action: 'iam:ListUsers',
    resource: '*',
    context: new Map([['aws:useragent', agent]]),
  } as const;
  const policies = { identity: [parsed.policy] };
  return { request, policies, allowed: evaluate(request, policies).allowed };
}

const made = (of: Partial<NewDecision>): NewDecision => ({
  action: 'iam:ListUsers',
  resource: '*',
  principal: { type: 'user', arn: ARN, account: '000000000000' },
  allowed: false,
  reason: 'implicit-deny',
  steps: [],
  evaluated: undefined,
  detail: undefined,
  ...of,
});

const call = (requestSize: number) => ({ now: 0, requestId: 'r', requestSize });
const LARGE = 1_000_000;
const long = 'A'.repeat(LARGE);

/** Every text of the decision. */
function read(entry: StoredDecision) {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'));
  return JSON.stringify(decisionLog.get(decisionLog.record(entry)));
}

it('keeps a small request unchanged', () => {
  const text = 'B'.repeat(10_000);
  const entry = new StoredDecision(
    call(12_000),
    made({ detail: text, error: { status: 403, code: 'AccessDenied', message: text } }),
  );
  expect(entry.error?.message).toBe(text);
  expect(entry.explain().explanation).toEqual([text]);
  expect(entry.size).toBeGreaterThan(24_000);
});

it.each<[string, Partial<NewDecision>]>([
  ['the message of the error', { error: { status: 403, code: 'AccessDenied', message: long } }],
  ['the detail', { detail: long }],
  ['the resource', { resource: `arn:aws:iam::000000000000:role/${long}` }],
  ['the principal', { principal: { type: 'federated', provider: long, subject: long } }],
  ['a step', { steps: [{ name: 'role', ok: false, code: 'c', detail: { sentence: long, all: [long, [long]] } }] }],
  ['a step of many values', { steps: [{ name: 'n', ok: true, code: 'c', detail: Array(10_000).fill('value') }] }],
  ['the context', { evaluated: judgedBy({}, long) }],
])('truncates %s of a large request', (_, of) => {
  const entry = new StoredDecision(call(LARGE), made(of));
  expect(read(entry).length).toBeLessThan(20_000);
  expect(entry.size).toBeLessThan(40_000);
});

describe('the policies', () => {
  it('are evaluated with the truncated value, when the verdicts are the same', () => {
    const condition = { Condition: { StringLike: { 'aws:UserAgent': 'curl/*' } } };
    const evaluated = judgedBy(condition, `curl/${long}`);
    const entry = new StoredDecision(call(LARGE), made({ allowed: true, reason: 'allowed', evaluated }));
    expect(entry.layers).toMatchObject([{ layer: 'identity', outcome: 'allowed' }]);
    const [actual] = entry.layers[0]?.statements[0]?.conditions[0]?.actual ?? [];
    expect(actual).toMatch(/^curl\/A{2000,}…$/);
  });

  it.each([
    ['*Z', false],
    ['*Z', true],
  ])('are not shown when %s would give another verdict (%s)', (pattern, hasDetail) => {
    const condition = { Condition: { StringLike: { 'aws:UserAgent': pattern } } };
    const evaluated = judgedBy(condition, `${long}Z`);
    expect(evaluated.allowed).toBe(true);
    const detail = hasDetail ? 'what is known' : undefined;
    const entry = new StoredDecision(call(LARGE), made({ allowed: true, reason: 'allowed', evaluated, detail }));
    expect([entry.layers, entry.policies]).toEqual([[], undefined]);
    expect(entry.explain()).toEqual({
      explanation: [
        detail ?? 'The decision depends on a value that is too long to store, so the policies are not shown.',
      ],
      fixes: [],
    });
  });
});

it('takes about as much memory as it counts', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'), 1000);
  const kept = keptMebibytes(() => {
    for (let at = 0; at < 1000; at++) {
      // Slices of a larger text, like the parameters of a form.
      const body = `${at} ${ARN}`.padEnd(100_000, 'A');
      const evaluated = judgedBy({ Sid: `S${at}` }, body.slice(10));
      decisionLog.record(
        new StoredDecision(call(body.length), made({ resource: body.slice(0, 40), detail: body, evaluated })),
      );
      // Slices of small requests, which are kept unchanged.
      const small = `${at}`.padEnd(3000, 'B');
      decisionLog.record(
        new StoredDecision(call(3000), made({ resource: small.slice(0, 40), evaluated: judgedBy({}, 'agent') })),
      );
    }
    return decisionLog;
  });
  expect(decisionLog.list().length).toBeGreaterThan(500);
  expect(decisionLog.bytes).toBeLessThanOrEqual(32 * 1_048_576);
  expect(kept).toBeLessThan(decisionLog.bytes / 1_048_576 + 4);
});

it('takes about as much memory as it counts, when the call is refused after the policies allowed it', () => {
  const decisionLog = new DecisionLog(createRandomSource('decision-log'), 1000);
  const evaluated = judgedBy({}, 'agent');
  const kept = keptMebibytes(() => {
    for (let at = 0; at < 1000; at++) {
      const name = `${at}`.padEnd(6000, 'B').slice(1);
      const allowed = made({ allowed: true, reason: 'allowed', evaluated });
      const decision = new CallDecision(call(6000), allowed, decisionLog);
      const id = decision.record(new AwsError('NoSuchEntity', 404, `The role with name ${name} cannot be found.`));
      expect(decisionLog.get(id)?.explanation[0]?.endsWith(`The role with name ${name} cannot be found.`)).toBe(true);
    }
    return decisionLog;
  });
  expect(decisionLog.list().length).toBeGreaterThan(500);
  expect(decisionLog.bytes).toBeLessThanOrEqual(32 * 1_048_576);
  expect(kept).toBeLessThan(decisionLog.bytes / 1_048_576 + 4);
});
