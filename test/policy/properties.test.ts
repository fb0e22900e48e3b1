import fc from 'fast-check';
import { assert, describe, expect, it } from 'vitest';
import {
  type CompiledPolicy,
  evaluate,
  evaluateDocument,
  explain,
  operators,
  type PolicyKind,
  parsePolicy,
  printPolicy,
  requestContext,
} from '../../src/policy/index.ts';
import { lintWith } from '../../src/policy/lint/findings.ts';
import { loadServiceTable } from '../../src/policy/lint/lint.ts';
import { account, request, roleArn } from './fixtures.ts';

const services = await loadServiceTable();

const user = `arn:aws:iam::${account}:user/ada`;
const keys = ['aws:username', 'aws:TagKeys', 'aws:SourceIp', 'aws:PrincipalTag/team'] as const;
const words = fc.constantFrom(
  'ada',
  'ADA',
  'a*',
  '1',
  '01',
  '192.0.2.1',
  '192.0.2.0/24',
  'true',
  'YQ==',
  '2030-01-01',
  '',
  'x/y:z',
  user,
);

/** Operators without malformed policy values; for the others the order of values matters (recorded for ARNs). */
const orderless = [...operators.values()].filter(
  ({ family }) => family !== 'arn' && family !== 'ip' && family !== 'null',
);
const operatorName = fc.constantFrom(...orderless.map(operator => operator.name));
const qualified = fc
  .tuple(fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'), operatorName, fc.constantFrom('', 'IfExists'))
  .map(parts => parts.join(''));

const conditions = fc.dictionary(
  qualified,
  fc.dictionary(fc.constantFrom(...keys), fc.array(words, { maxLength: 3 }), { minKeys: 1, maxKeys: 2 }),
  { maxKeys: 3 },
);
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.uniqueArray(
    fc.constantFrom('s3:GetObject', 's3:*', 'S3:Get*', '*', 'sts:AssumeRole', 'ec2:Run?nstances'),
    { minLength: 1, maxLength: 3 },
  ),
  Resource: fc.uniqueArray(
    fc.constantFrom('*', 'arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/${aws:username}', roleArn),
    { minLength: 1, maxLength: 2 },
  ),
  Condition: conditions,
});
const statements = fc.array(statement, { minLength: 1, maxLength: 4 });

const context = fc.dictionary(fc.constantFrom(...keys), fc.oneof(words, fc.array(words, { maxLength: 3 })));
const requested = fc
  .record({
    action: fc.constantFrom('s3:GetObject', 'sts:AssumeRole', 'ec2:RunInstances'),
    resource: fc.constantFrom('arn:aws:s3:::bucket/ada', 'arn:aws:s3:::other/x', roleArn),
    values: context,
  })
  .map(({ action, resource, values }) => ({ ...request(user, action, resource), context: requestContext(values) }));

function compile(list: readonly object[], kind: PolicyKind = 'identity'): CompiledPolicy {
  const result = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: list }), {
    kind,
    strictness: 'evaluated',
  });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.policy;
}

const runs = { numRuns: 1000 };

describe('properties of the evaluator', () => {
  it('adding a Deny never allows', () => {
    fc.assert(
      fc.property(statements, statement, requested, (list, extra, question) => {
        const before = evaluate(question, { identity: [compile(list)] });
        const after = evaluate(question, { identity: [compile([...list, { ...extra, Effect: 'Deny' }])] });
        if (after.allowed) expect(before.allowed).toBe(true);
      }),
      runs,
    );
  });

  it('adding an Allow never denies', () => {
    fc.assert(
      fc.property(statements, statement, requested, (list, extra, question) => {
        const before = evaluate(question, { identity: [compile(list)] });
        const after = evaluate(question, { identity: [compile([...list, { ...extra, Effect: 'Allow' }])] });
        if (before.allowed) expect(after.allowed).toBe(true);
      }),
      runs,
    );
  });

  it('adding a boundary, a session policy or an SCP never allows', () => {
    fc.assert(
      fc.property(statements, statements, requested, (list, more, question) => {
        const identity = [compile(list)];
        const { allowed } = evaluate(question, { identity });
        for (const limited of [
          evaluate(question, { identity, boundary: compile(more, 'boundary') }),
          evaluate(question, { identity, session: [compile(more, 'session')] }),
          evaluate(question, { identity, scp: [compile(more, 'scp')] }),
          evaluate(question, { identity, rcp: [compile(more, 'rcp')] }),
        ]) {
          if (limited.allowed) expect(allowed).toBe(true);
        }
      }),
      runs,
    );
  });

  it('the order of statements, keys and values does not matter (except for malformed ARN and address values)', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return [...value].reverse().map(turned);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, item]) => [name, turned(item)]),
      );
    };
    fc.assert(
      fc.property(statements, requested, (list, question) => {
        const other = parsePolicy(JSON.stringify(turned({ Version: '2012-10-17', Statement: list })), {
          kind: 'identity',
          strictness: 'evaluated',
        });
        assert(other.ok);
        expect(evaluate(question, { identity: [other.policy] }).reason).toBe(
          evaluate(question, { identity: [compile(list)] }).reason,
        );
      }),
      runs,
    );
  });

  const single = (operator: string, values: readonly string[], actual: string | string[] | undefined) =>
    evaluate(
      { ...request(user, 's3:GetObject'), context: requestContext({ 'aws:username': actual }) },
      {
        identity: [
          compile([
            {
              Effect: 'Allow',
              Action: ['*'],
              Resource: ['*'],
              Condition: { [operator]: { 'aws:username': [...values] } },
            },
          ]),
        ],
      },
    ).allowed;

  it('IfExists equals plain when the key is present', () => {
    const names = [...operators.values()].filter(({ family }) => family !== 'null').map(({ name }) => name);
    const value = fc.oneof(words, fc.array(words, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'),
        fc.array(words, { maxLength: 3 }),
        value,
        (name, set, values, actual) => {
          expect(single(`${set}${name}IfExists`, values, actual)).toBe(single(set + name, values, actual));
        },
      ),
      runs,
    );
  });

  it('a negated operator is the negation for single values (except for malformed ARN and address values)', () => {
    const pairs: readonly [string, string][] = [
      ['StringEquals', 'StringNotEquals'],
      ['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
      ['StringLike', 'StringNotLike'],
      ['NumericEquals', 'NumericNotEquals'],
      ['DateEquals', 'DateNotEquals'],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.array(words, { maxLength: 3 }),
        words,
        ([plain, negated], values, actual) => {
          expect(single(negated, values, actual)).toBe(!single(plain, values, actual));
        },
      ),
      runs,
    );
    const addresses = fc.tuple(fc.nat(3), fc.nat(255)).map(([a, b]) => `192.0.${a}.${b}`);
    fc.assert(
      fc.property(
        fc.array(addresses, { maxLength: 3 }),
        fc.integer({ min: 0, max: 32 }),
        addresses,
        (list, bits, actual) => {
          const blocks = list.map(address => `${address}/${bits}`);
          expect(single('NotIpAddress', blocks, actual)).toBe(!single('IpAddress', blocks, actual));
        },
      ),
    );
    const arns = fc
      .tuple(fc.constantFrom('user', 'role', '*'), fc.constantFrom('a', 'b', '*'))
      .map(([type, name]) => `arn:aws:iam::${account}:${type}/${name}`);
    fc.assert(
      fc.property(fc.array(arns, { maxLength: 3 }), arns, (list, actual) => {
        expect(single('ArnNotLike', list, actual)).toBe(!single('ArnLike', list, actual));
      }),
    );
  });

  it('parse, print, parse is the identity', () => {
    fc.assert(
      fc.property(statements, fc.option(fc.string()), fc.constantFrom(0, 2), (list, id, indent) => {
        const text = JSON.stringify({ Version: '2012-10-17', ...(id === null ? {} : { Id: id }), Statement: list });
        const first = parsePolicy(text, { kind: 'session' });
        assert(first.ok);
        const printed = printPolicy(first.policy, indent);
        const second = parsePolicy(printed, { kind: 'session' });
        expect(second.ok && JSON.stringify(second.policy)).toBe(JSON.stringify(first.policy));
        expect(second.ok && printPolicy(second.policy, indent)).toBe(printed);
        expect(JSON.parse(printed)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('arbitrary input', () => {
  const kinds: readonly PolicyKind[] = ['identity', 'trust', 'resource', 'session', 'boundary', 'scp', 'rcp'];
  const names = fc.constantFrom(
    'Version',
    'Statement',
    'Effect',
    'Action',
    'NotAction',
    'Resource',
    'Principal',
    'AWS',
    'Federated',
    'Condition',
    'StringEquals',
    'aws:username',
    '__proto__',
    'constructor',
    'toString',
    'x',
  );
  const leaves = fc.oneof(
    fc.constantFrom('Allow', 'Deny', '*', '2012-10-17', '${aws:username}', '${', user),
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      leaves,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 4, noNullPrototype: false }),
    ),
  }));
  const documents = fc.oneof(
    fc.json(),
    fc.string(),
    tree.map(value => JSON.stringify(value)),
    fc.record({ Version: leaves, Statement: tree }).map(value => JSON.stringify(value)),
  );

  it('a policy text gives a policy or a list of errors, never an exception', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(...kinds), (text, kind) => {
        const result = parsePolicy(text, { kind });
        if (!result.ok) expect(result.faults.length).toBeGreaterThan(0);
        for (const { path, code, message } of result.ok ? [] : result.faults) {
          expect(path === '' || path.startsWith('/')).toBe(true);
          expect(code).toMatch(/^[a-z-]+$/);
          expect(message).not.toBe('');
        }
        lintWith(services, text, kind);
      }),
      runs,
    );
  });

  it('a body gives a decision or a list of problems, never an exception', () => {
    const body = fc.oneof(
      tree,
      fc.record({
        request: fc.record({
          principal: fc.oneof(fc.constant(user), tree),
          action: fc.oneof(fc.constant('s3:GetObject'), tree),
          resource: leaves,
          context: tree,
        }),
        policies: fc.record({
          identity: fc.oneof(
            statements.map(list => ({ Statement: list })),
            tree,
          ),
          kind: fc.constantFrom('trust', 'resource', 1, undefined),
        }),
      }),
    );
    fc.assert(
      fc.property(body, value => {
        const result = evaluateDocument(value);
        if (result.ok) expect(result.decision.explanation.length).toBeGreaterThan(0);
        else expect(result.problems.length).toBeGreaterThan(0);
      }),
      runs,
    );
  });

  it('every decision has an explanation, and an allowed one has no fix', () => {
    fc.assert(
      fc.property(statements, requested, (list, question) => {
        const policies = { identity: [compile(list)] };
        const evaluation = evaluate(question, policies);
        const { explanation, fixes } = explain(evaluation, { request: question, policies });
        expect(explanation.length).toBeGreaterThan(0);
        for (const sentence of explanation) expect(sentence).toMatch(/^[A-Z"{a-z].*\.$/s);
        if (evaluation.allowed) expect(fixes).toEqual([]);
      }),
      runs,
    );
  });
});
