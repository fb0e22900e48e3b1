/** Properties of fixes over generated policies and tokens: the first fix lets in nobody whom the policy kept out, and every patch works. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EvaluationRequest, evaluate, explain, type PolicySet } from '../../../src/policy/index.ts';
import { account, policy, request, roleArn, webIdentity } from '../fixtures.ts';
import { isAllowedWith, policiesWith } from './fix-support.ts';

/** An issuer: how its subjects are written, from the names of an owner, a resource and a choice. */
interface Issuer {
  readonly host: string;
  readonly subjects: readonly ((owner: string, resource: string, choice: string) => string)[];
}

const issuers: readonly Issuer[] = [
  {
    host: 'token.actions.githubusercontent.com',
    subjects: [
      (o, r, c) => `repo:${o}/${r}:ref:refs/heads/${c}`,
      (o, r, c) => `repo:${o}/${r}:ref:refs/tags/${c}`,
      (o, r, c) => `repo:${o}/${r}:environment:${c}`,
      (o, r) => `repo:${o}/${r}:pull_request`,
      (o, r, c) => `repo:${o}@${idOf(o)}/${r}@${idOf(r)}:ref:refs/heads/${c}`,
      (o, r) => `repo:${o}@${idOf(o)}9/${r}@${idOf(r)}9:pull_request`,
    ],
  },
  {
    host: 'gitlab.com',
    subjects: [
      (o, r, c) => `project_path:${o}/${r}:ref_type:branch:ref:${c}`,
      (o, r, c) => `project_path:${o}/${r}:ref_type:tag:ref:${c}`,
    ],
  },
  {
    host: 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
    subjects: [(o, r) => `system:serviceaccount:${o}:${r}`],
  },
  {
    host: 'app.terraform.io',
    subjects: [(o, r, c) => `organization:${o}:project:p:workspace:${r}:run_phase:${c === 'main' ? 'plan' : 'apply'}`],
  },
  {
    host: 'agent.buildkite.com',
    subjects: [(o, r, c) => `organization:${o}:pipeline:${r}:ref:refs/heads/${c}:commit:9f3182:step:build`],
  },
  { host: 'idp.example.com/tenant-a', subjects: [(o, r, c) => `${o}/${r}/${c}`, (o, r) => `${o}|${r}`] },
  { host: '127.0.0.1:4592/issuers/ci', subjects: [(o, r, c) => `${o}:${r}:${c}`] },
];

const idOf = (name: string): string =>
  String([...name].reduce((sum, letter) => sum * 7 + letter.charCodeAt(0), 1) % 99991);

const owners = ['octo-org', 'octo-orq', 'acme', 'team-a', 'team-b'];
const resources = ['app', 'api', 'infra', 'infra2'];
const choices = ['main', 'dev', 'prod1', 'prod2', 'v1', 'v2'];

/** What people do to a value when they write a policy. */
const mutations: readonly ((value: string) => string)[] = [
  value => value,
  value => value,
  value => value.toUpperCase(),
  value => `${value} `,
  value => value.replace('refs/heads/', ''),
  value => value.replace(':ref:', ':'),
  value => value.replace(/[^:/]*$/, '*'),
  value => value.replace(/:[^:]*:[^:]*$/, ':*'),
  value => value.replace(/@\d+/g, ''),
  value => value.slice(0, -1),
  value => value.replace(':', '/'),
  value => value.replace(/^(repo:[^:]*):.*$/, '$1/*'),
  value => value.replace(/[^:/]*$/, '$&x'),
];

interface Case {
  readonly issuer: Issuer;
  readonly subject: string;
  readonly request: EvaluationRequest;
  readonly policies: PolicySet;
}

const providerOf = ({ host }: Issuer): string => `arn:aws:iam::${account}:oidc-provider/${host}`;
const requestFor = (issuer: Issuer, sub: string, aud = 'sts.amazonaws.com', session = 'ci'): EvaluationRequest =>
  request(providerOf(issuer), webIdentity, roleArn, {
    'aws:PrincipalAccount': account,
    'sts:RoleSessionName': session,
    [`${issuer.host}:aud`]: aud,
    [`${issuer.host}:oaud`]: aud,
    [`${issuer.host}:sub`]: sub,
  });

const names = fc.record({
  owner: fc.constantFrom(...owners),
  resource: fc.constantFrom(...resources),
  choice: fc.constantFrom(...choices),
  form: fc.nat(5),
});

const subjectOf = (
  { subjects }: Issuer,
  { owner, resource, choice, form }: { owner: string; resource: string; choice: string; form: number },
) => subjects[form % subjects.length]?.(owner, resource, choice) ?? '';

const cases: fc.Arbitrary<Case> = fc
  .record({
    issuer: fc.constantFrom(...issuers),
    token: names,
    written: fc.array(fc.record({ names, mutation: fc.constantFrom(...mutations) }), { minLength: 1, maxLength: 3 }),
    operator: fc.constantFrom('StringEquals', 'StringLike', 'StringEqualsIgnoreCase', 'ForAnyValue:StringLike'),
    key: fc.constantFrom('sub', 'sub', 'sub', 'sub', 'aud', 'Sub', 'subject'),
    audience: fc.constantFrom('sts.amazonaws.com', 'https://sts.amazonaws.com', 'sts.amazonaws.com', undefined),
    action: fc.constantFrom(webIdentity, webIdentity, webIdentity, 'sts:AssumeRole', 'sts:AssumeRoleWithWebIdentiy'),
    session: fc.constantFrom(undefined, undefined, undefined, 'deploy'),
    effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
  })
  .map(({ issuer, token, written, operator, key, audience, action, session, effect }) => {
    const values = [...new Set(written.map(one => one.mutation(subjectOf(issuer, one.names))))];
    const subject = subjectOf(issuer, token);
    const Principal = { Federated: providerOf(issuer) };
    const Condition = {
      [operator]: { [`${issuer.host}:${key}`]: values },
      ...(audience === undefined ? {} : { StringLikeIfExists: { [`${issuer.host}:aud`]: audience } }),
      ...(session === undefined ? {} : { StringEqualsIfExists: { 'sts:RoleSessionName': session } }),
    };
    const allow = { Effect: 'Allow', Principal, Action: action, Condition };
    const deny = {
      Effect: 'Deny',
      Principal,
      Action: webIdentity,
      Condition: { StringNotEquals: { [`${issuer.host}:sub`]: values } },
    };
    const statements = effect === 'Allow' ? [allow] : [{ Effect: 'Allow', Principal, Action: webIdentity }, deny];
    return {
      issuer,
      subject,
      request: requestFor(issuer, subject),
      policies: { resource: policy('trust', statements), kind: 'trust' as const },
      [fc.toStringMethod]: () => JSON.stringify({ subject, statements }),
    };
  });

/** Everybody else: every other subject of the issuer, tokens for another audience, other session names. */
function neighboursOf({ issuer, subject }: Case): readonly EvaluationRequest[] {
  const all = issuer.subjects.flatMap(make =>
    owners.flatMap(owner => resources.flatMap(resource => choices.map(choice => make(owner, resource, choice)))),
  );
  // The run of a pipeline is not another caller, and a repository has subjects with ids or without, never both.
  const run = (text: string): string => text.replace(/:commit:.*$/, '');
  const repository = (text: string): string => text.replaceAll(/@\d+/g, '').split(':', 2).join(':');
  const isOwn = (text: string): boolean =>
    run(text) === run(subject) ||
    (text.includes('@') !== subject.includes('@') && repository(text) === repository(subject));
  const others = [...new Set(all)].filter(text => !isOwn(text));
  return others.map(text => requestFor(issuer, text));
}

describe('fixes of generated policies and tokens', () => {
  it('the first fix lets in nobody else', () => {
    let edits = 0;
    fc.assert(
      fc.property(cases, one => {
        const { request: requested, policies } = one;
        const evaluation = evaluate(requested, policies);
        fc.pre(!evaluation.allowed);
        const [first] = explain(evaluation, { request: requested, policies }).fixes;
        expect(first?.title).not.toMatch(/^Allow this caller as well/);
        expect(first?.admits).toEqual([]);
        const after = first && policiesWith(first, policies);
        if (after !== undefined) edits += 1;
        const letIn =
          after === undefined
            ? []
            : neighboursOf(one).filter(
                neighbour => !evaluate(neighbour, policies).allowed && evaluate(neighbour, after).allowed,
              );
        expect(letIn.slice(0, 3), first?.sentence).toEqual([]);
      }),
      { numRuns: 600 },
    );
    expect(edits).toBeGreaterThan(0);
  });

  it('every patch lets the caller in, and keeps those in whom the policy trusts', () => {
    fc.assert(
      fc.property(cases, one => {
        const { request: requested, policies } = one;
        const evaluation = evaluate(requested, policies);
        fc.pre(!evaluation.allowed);
        const { fixes } = explain(evaluation, { request: requested, policies });
        expect(fixes.length).toBeGreaterThan(0);
        for (const fix of fixes) {
          expect(isAllowedWith(fix, requested, policies)).not.toBe(false);
          if (fix.title === 'Allow this caller as well') expect(fix.admits).not.toEqual([]);
          const after = policiesWith(fix, policies);
          if (after === undefined) continue;
          const lost = neighboursOf(one).filter(
            neighbour => evaluate(neighbour, policies).allowed && !evaluate(neighbour, after).allowed,
          );
          expect(lost.slice(0, 3), fix.sentence).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('whoever is let in by a fix stands under what it admits', () => {
    fc.assert(
      fc.property(cases, one => {
        const { request: requested, policies } = one;
        const evaluation = evaluate(requested, policies);
        fc.pre(!evaluation.allowed);
        for (const fix of explain(evaluation, { request: requested, policies }).fixes) {
          const after = policiesWith(fix, policies);
          if (after === undefined) continue;
          const letIn = neighboursOf(one).filter(
            neighbour => !evaluate(neighbour, policies).allowed && evaluate(neighbour, after).allowed,
          );
          if (letIn.length > 0) expect(fix.admits.length, fix.sentence).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
