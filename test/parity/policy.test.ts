/** Replays AWS's recorded policy decisions: conditions, simulator, context keys, policy storage. Rows: see recorded/README.md. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type CompiledPolicy,
  checkTrustWrite,
  contextKeyNames,
  type EvaluationRequest,
  evaluate,
  malformedPolicyMessage,
  type PolicyKind,
  parsePolicy,
  requestContext,
} from '../../src/policy/index.ts';

interface Row {
  readonly id: string;
  readonly operation: string;
  readonly condition?: unknown;
  readonly effect?: string;
  readonly context?: Record<string, string | string[]>;
  readonly policy?: unknown;
  readonly action?: string;
  readonly resources?: string[];
  readonly documents?: unknown[];
  readonly trustPolicy?: unknown;
  readonly expect: {
    readonly ok?: boolean;
    readonly allowed?: boolean;
    readonly conditionMatches?: boolean;
    readonly overall?: string;
    readonly perResource?: string[];
    readonly decision?: string;
    readonly contextKeyNames?: string[];
    readonly code?: string;
    readonly message?: string;
  };
}

const account = '123456789012';
const text = readFileSync(new URL('./recorded/aws-recorded-iam.jsonl', import.meta.url), 'utf8');
const rows: Row[] = text
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line.replaceAll('${account}', account)));
const group = (start: string) => rows.filter(row => row.id.startsWith(start));

function compiled(document: unknown, kind: PolicyKind): CompiledPolicy {
  const result = parsePolicy(JSON.stringify(document), { kind });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.policy;
}

const version = '2012-10-17';
const everything = compiled(
  { Version: version, Statement: { Effect: 'Allow', Action: 'iam:*', Resource: '*' } },
  'identity',
);
const caller = {
  type: 'role-session',
  arn: `arn:aws:sts::${account}:assumed-role/probe/session`,
  roleArn: `arn:aws:iam::${account}:role/probe`,
  account,
} as const;

/** The recorded call: a role session with all IAM permissions and a session policy calls iam:TagUser. */
function tagUser(statements: unknown[], context: Row['context']): boolean {
  const request: EvaluationRequest = {
    principal: caller,
    action: 'iam:TagUser',
    resource: `arn:aws:iam::${account}:user/probe`,
    context: requestContext(context ?? {}),
  };
  const session = compiled({ Version: version, Statement: statements }, 'session');
  return evaluate(request, { identity: [everything], session: [session] }).allowed;
}

const statement = (effect: string, condition?: unknown) => ({
  Effect: effect,
  Action: 'iam:TagUser',
  Resource: '*',
  ...(condition === undefined ? {} : { Condition: condition }),
});

/** Decision names of SimulateCustomPolicy. */
const words = { allowed: 'allowed', 'implicit-deny': 'implicitDeny', 'explicit-deny': 'explicitDeny' } as const;
const simulate = (policy: CompiledPolicy, action: string, resource: string, context: Row['context']) =>
  words[
    evaluate(
      {
        principal: { type: 'user', arn: `arn:aws:iam::${account}:user/probe`, account },
        action,
        resource,
        context: requestContext(context ?? {}),
      },
      { identity: [policy] },
    ).reason
  ];

const values = group('condition_values/');
describe(`condition_values: ${values.length} recorded rows`, () => {
  it.each(values)('$id', row => {
    const deny = row.effect !== 'Allow';
    const statements = deny
      ? [statement('Allow'), statement('Deny', row.condition)]
      : [statement('Allow', row.condition)];
    expect(tagUser(statements, row.context)).toBe(row.expect.allowed);
  });
});

const sets = group('condition_sets/');
describe(`condition_sets: ${sets.length} recorded rows, each with Allow and with Deny`, () => {
  it.each(sets)('$id', row => {
    expect(tagUser([statement('Allow', row.condition)], row.context)).toBe(row.expect.conditionMatches);
    expect(tagUser([statement('Allow'), statement('Deny', row.condition)], row.context)).toBe(
      row.expect.conditionMatches === false,
    );
  });
});

const simulated = group('simulate/');
describe(`simulate (conditions.json, condition_values.json): ${simulated.length} recorded rows`, () => {
  it.each(simulated)('$id', row => {
    const { decision, perResource, overall } = row.expect;
    // A row without a policy is a condition of one statement; its decision is of the one user it asks about.
    const policy = row.policy ?? { Version: version, Statement: [statement('Allow', row.condition)] };
    const { action = 'iam:TagUser', resources = [`arn:aws:iam::${account}:user/probe`] } = row;
    const identity = compiled(policy, 'identity');
    const answers = resources.map(one => simulate(identity, action, one, row.context));
    expect(answers).toEqual(perResource ?? [decision]);
    const worst = ['explicitDeny', 'implicitDeny', 'allowed'].find(word => answers.some(answer => answer === word));
    expect(worst).toBe(overall ?? decision);
  });
});

const keyRows = group('context_keys/').filter(row => row.operation === 'GetContextKeysForCustomPolicy');
describe(`context_keys: ${keyRows.length} recorded rows`, () => {
  it.each(keyRows)('$id', row => {
    const results = (row.documents ?? []).map(document =>
      parsePolicy(JSON.stringify(document), { kind: 'identity', strictness: 'names' }),
    );
    const names = results.every(result => result.ok)
      ? [...new Set(results.flatMap(({ policy }) => contextKeyNames(policy)))].sort()
      : 'refused';
    expect(names).toEqual(row.expect.ok === true ? [...(row.expect.contextKeyNames ?? [])].sort() : 'refused');
  });
});

const stored = group('policy_storage/');
describe(`policy_storage: ${stored.length} recorded rows`, () => {
  it.each(stored)('$id', row => {
    const document = JSON.stringify({ Version: version, Statement: [statement('Allow', row.condition)] });
    expect(parsePolicy(document, { kind: 'identity' }).ok).toBe(row.expect.ok);
    // "the same literals are accepted in STS session policies"
    expect(parsePolicy(document, { kind: 'session' }).ok).toBe(true);
  });
});

const trust = group('oidc_trust_controls_');
describe(`oidc_trust_controls: ${trust.length} recorded rows`, () => {
  it.each(trust)('$id', row => {
    const result = parsePolicy(JSON.stringify(row.trustPolicy), { kind: 'trust' });
    const faults = result.ok ? checkTrustWrite(result.policy) : result.faults;
    expect(faults.length === 0, JSON.stringify(faults)).toBe(row.expect.ok);
    if (row.expect.message !== undefined) expect(malformedPolicyMessage(faults, 'trust')).toBe(row.expect.message);
  });
});

it('replays every row of these groups', () => {
  expect([values, sets, simulated, keyRows, stored, trust].map(one => one.length)).toEqual([82, 22, 8, 13, 7, 188]);
});
