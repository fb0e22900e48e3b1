/** The log line of a decision. */
import { describe, expect, it } from 'vitest';
import { decisionLine } from '../../src/authorization/decision-line.ts';
import type { ConditionVerdict, StatementVerdict } from '../../src/policy/decision.ts';

const yes = { ok: true, why: { code: 'matched' } };
const condition = (actual: readonly string[] | null, expected: readonly string[], ok = false): ConditionVerdict => ({
  operator: 'StringLike',
  qualifier: null,
  key: 'token.actions.githubusercontent.com:sub',
  expected,
  actual,
  ok,
  why: { code: 'no-match' },
});
const statement = (...conditions: ConditionVerdict[]): StatementVerdict => ({
  policy: 0,
  index: 0,
  effect: 'Allow',
  applies: false,
  principal: yes,
  action: yes,
  resource: yes,
  conditions,
});
const denied = (...statements: StatementVerdict[]) =>
  decisionLine({
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: 'arn:aws:iam::123456789012:role/deploy',
    allowed: false,
    reason: 'implicit-deny',
    steps: [],
    layers: [{ layer: 'trust', outcome: 'implicit-deny', statements }],
  });

describe('a denial', () => {
  it('shows the condition, the actual and the expected value', () => {
    expect(denied(statement(condition(['repo:o/r:pull_request'], ['repo:o/r:ref:refs/heads/*'])))).toBe(
      'denied AssumeRoleWithWebIdentity role/deploy: sub is "repo:o/r:pull_request", policy requires StringLike "repo:o/r:ref:refs/heads/*"',
    );
  });

  it('uses the statement with the fewest failed conditions', () => {
    const far = statement(condition(['a'], ['far']), condition(['a'], ['farther']));
    expect(denied(far, statement(condition(null, ['near']), condition(['a'], ['a'], true)))).toBe(
      'denied AssumeRoleWithWebIdentity role/deploy: sub is absent, policy requires StringLike near',
    );
  });

  it('contains no terminal control characters, and truncates long values', () => {
    const line = denied(statement(condition(['\u001b[31m\u202eevil\n', 'x'.repeat(20_000)], ['*'])));
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(line.length).toBeLessThan(600);
  });

  it('shows the sentence of the failed step', () => {
    expect(
      decisionLine({
        action: 'sts:AssumeRoleWithWebIdentity',
        resource: 'arn:aws:iam::123456789012:role/deploy',
        allowed: false,
        reason: 'expired',
        steps: [{ name: 'times', ok: false, code: 'expired', detail: { sentence: 'The token expired at noon.' } }],
        layers: [],
      }),
    ).toBe('denied AssumeRoleWithWebIdentity role/deploy: The token expired at noon.');
  });
});

describe('an explained denial', () => {
  const withFixes = (...sentences: readonly string[]) =>
    decisionLine({
      action: 'sts:AssumeRole',
      resource: 'arn:aws:iam::123456789012:role/deploy',
      allowed: false,
      reason: 'implicit-deny',
      steps: [],
      layers: [],
      fixes: sentences.map(sentence => ({ side: 'caller', title: 'Change the call', sentence, admits: [] })),
    });

  it('ends with its first fix', () => {
    expect(withFixes('Pass ExternalId "x1".', 'Pass another.')).toBe(
      'denied AssumeRole role/deploy: implicit-deny | fix: Change the call: Pass ExternalId "x1".',
    );
    expect(withFixes()).toBe('denied AssumeRole role/deploy: implicit-deny');
  });

  it('is one line of bounded length without control characters', () => {
    const line = withFixes(`\u001b[31m\u202e\n\u2028${'x'.repeat(20_000)}`);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
    expect(line.length).toBeLessThan(400);
  });
});

const refused = (parts: Partial<Parameters<typeof decisionLine>[0]>): string =>
  decisionLine({
    action: 'iam:CreateRole',
    resource: 'arn:aws:iam::123456789012:role/x',
    allowed: false,
    reason: 'EntityAlreadyExists',
    error: { status: 409, code: 'EntityAlreadyExists', message: 'Role with name x already exists.' },
    steps: [
      {
        name: 'request',
        ok: false,
        code: 'EntityAlreadyExists',
        detail: { sentence: 'Role with name x already exists.' },
      },
    ],
    layers: [],
    ...parts,
  });

describe('a refusal', () => {
  it("begins with AWS's code, when there is no other reason", () => {
    expect(refused({})).toBe('denied CreateRole role/x: EntityAlreadyExists: Role with name x already exists.');
  });

  it('has the sentence alone, when there is', () => {
    const steps = [
      { name: 'credentials', ok: false, code: 'unknown-key', detail: { sentence: 'The key does not exist.' } },
    ];
    expect(refused({ resource: '*', reason: 'unknown-key', steps })).toBe(
      'denied CreateRole *: The key does not exist.',
    );
  });

  it('after the policies shows no condition of a policy that does not apply', () => {
    const statements = [statement(condition(['a'], ['b']))];
    const layers = [{ layer: 'resource', outcome: 'implicit-deny', statements }] as const;
    expect(refused({ layers })).toBe('denied CreateRole role/x: EntityAlreadyExists: Role with name x already exists.');
  });

  it('is cut', () => {
    const steps = [{ name: 'request', ok: false, code: 'x', detail: { sentence: 'x'.repeat(20_000) } }];
    expect(refused({ steps }).length).toBeLessThan(1100);
  });
});

it('an allowed decision is one line too', () => {
  const line = decisionLine({
    action: 'iam:GetRole',
    resource: 'arn:aws:iam::123456789012:role/x',
    allowed: true,
    reason: 'allowed',
    steps: [],
    layers: [],
  });
  expect(line).toBe('allowed GetRole role/x');
});
