/** No fix of the linter lets in a caller whom the policy refused, other than those whom the corrected value names. */
import { describe, expect, it } from 'vitest';
import { contextKey } from '../../../src/policy/context-keys.ts';
import { applyPatch } from '../../../src/policy/explain/patch.ts';
import { evaluateDocument, type Json, type PolicyKind, parsePolicy } from '../../../src/policy/index.ts';
import { lintWith } from '../../../src/policy/lint/findings.ts';
import { loadServiceTable } from '../../../src/policy/lint/lint.ts';
import { parseBlock } from '../../../src/policy/values.ts';
import { dangerousPolicies } from './dangerous-policies.ts';

const services = await loadServiceTable();

/** Values of callers whom no policy of the tables means, by the end of the key. */
const strangers: readonly (readonly [key: RegExp, values: readonly string[]])[] = [
  [
    /:sub$/,
    [
      'repo:stranger/app:ref:refs/heads/main',
      'repo:octo-org/stranger:ref:refs/heads/main',
      'project_path:stranger/app:ref_type:branch:ref:main',
      'organization:stranger:project:p:workspace:w:run_phase:apply',
      'system:serviceaccount:stranger:app',
    ],
  ],
  [/:(?:multifactorauthpresent|securetransport|viaawsservice|principalisawsservice)$/, ['false']],
  [/(?:sourceip)$/, ['203.0.113.9']],
  [/(?:age|time)$/, ['99999999']],
  [/arn$/, ['arn:aws:iam::999999999999:role/stranger']],
  [/./, ['stranger']],
];
const strangersOf = (key: string) => strangers.find(([pattern]) => pattern.test(key))?.[1] ?? [];

/** A value that the policy's value matches. */
const matching = (value: string): string =>
  parseBlock(value) === undefined ? value.replaceAll(/\$\{[^}]*\}|[*?]/g, 'x') : value.replace(/\/\d+$/, '');

type Context = Readonly<Record<string, string | readonly string[]>>;

/** Contexts in which one key, or every key, has the value of a stranger or is absent, and the others have a value of the policy. */
function contextsOf(document: object, kind: PolicyKind): readonly Context[] {
  const parsed = parsePolicy(JSON.stringify(document), { kind, strictness: 'evaluated' });
  // A policy that AWS rejects decides nothing.
  const statements = parsed.ok ? parsed.policy.statements : [];
  const meant = new Map<string, string>();
  for (const { lowerKey, values, operator } of statements.flatMap(one => one.conditions))
    if (operator.family !== 'null' || !meant.has(lowerKey)) meant.set(lowerKey, matching(values[0] ?? 'x'));
  const context = (changed: ReadonlyMap<string, string | undefined>): Context =>
    Object.fromEntries(
      [...meant].flatMap(([key, value]) => {
        const text = changed.has(key) ? changed.get(key) : value;
        return text === undefined ? [] : [[key, contextKey(key)?.multivalued === true ? [text] : text]];
      }),
    );
  const single = [...meant.keys()].flatMap(key =>
    [...strangersOf(key), undefined].map(value => context(new Map([[key, value]]))),
  );
  return [...single, context(new Map([...meant.keys()].map(key => [key, strangersOf(key)[0]]))), {}];
}

const provider = (document: object): readonly string[] =>
  [...JSON.stringify(document).matchAll(/"Federated":"([^"*]+)"/g)].flatMap(([, name]) => name ?? []);
const service = (document: object): readonly string[] =>
  [...JSON.stringify(document).matchAll(/"([\w.-]+\.amazonaws\.com)"/g)].flatMap(([, name]) => name ?? []);

/** Whether a condition distinguishes callers: else the callers and resources that the policy names are meant. */
const hasConditions = (document: object): boolean => JSON.stringify(document).includes('"Condition":{"');

/** Calls that an assume policy, or a policy of a bucket or of a caller, decides. */
function callsOf(document: object, kind: PolicyKind) {
  const owners = ['123456789012', '444455556666', '999999999999'];
  const resource = hasConditions(document) ? 'arn:aws:s3:::b/x' : 'arn:aws:s3:::stranger/x';
  const roles = owners.map(owner => `arn:aws:iam::${owner}:role/stranger`);
  const callers = kind === 'resource' || kind === 'rcp' ? ['*', ...roles] : roles.slice(0, 1);
  if (kind !== 'trust')
    return callers.map(principal => ({ principal: principal as Json, action: 's3:GetObject', resource }));
  const role = 'arn:aws:iam::123456789012:role/r';
  const named = hasConditions(document)
    ? [
        ...provider(document).flatMap(name =>
          ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'].map(action => ({
            principal: { federated: name } as Json,
            action,
          })),
        ),
        ...service(document).map(name => ({ principal: { service: name } as Json, action: 'sts:AssumeRole' })),
      ]
    : [];
  return [...named, ...roles.map(caller => ({ principal: caller as Json, action: 'sts:AssumeRole' }))].map(call => ({
    ...call,
    resource: role,
  }));
}

const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

/** Whether the policy lets the call pass, where all other policies allow everything. */
function isAllowed(document: object, kind: PolicyKind, call: object, context: Context): boolean {
  const statements = (document as { Statement: object | readonly object[] }).Statement;
  const list = Array.isArray(statements) ? statements : [statements];
  const principal = kind === 'trust' ? { AWS: '*' } : '*';
  const onlyDenies = list.every(one => (one as { Effect: string }).Effect === 'Deny');
  const allow = {
    Effect: 'Allow',
    Action: kind === 'trust' ? 'sts:AssumeRole*' : '*',
    ...(kind === 'trust' ? {} : { Resource: '*' }),
    ...(kind === 'identity' ? {} : { Principal: principal }),
  };
  // Of a policy with denials alone, the callers whom it excepts are allowed.
  const federated = provider(document).map(name => ({ ...allow, Principal: { Federated: name } }));
  const open = { ...document, Statement: [...list, allow, ...(kind === 'trust' ? federated : [])] };
  const policy = onlyDenies ? open : document;
  const isAttached = kind !== 'trust' && kind !== 'resource';
  const result = evaluateDocument({
    request: { ...call, context },
    policies: isAttached
      ? { [kind]: policy, ...(kind === 'identity' ? {} : { identity: everything }) }
      : { resource: policy, kind, identity: everything },
  });
  return result.ok && result.decision.allowed;
}

/** Calls of strangers that the second policy allows and the first does not. */
const admitted = (before: object, after: object, kind: PolicyKind) =>
  contextsOf(after, kind).flatMap(context =>
    callsOf(after, kind)
      .filter(call => isAllowed(after, kind, call, context) && !isAllowed(before, kind, call, context))
      .map(call => ({ ...call, context })),
  );

const github = 'token.actions.githubusercontent.com';
const trusting = (Effect: string, Condition: object) => ({
  Effect,
  Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${github}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
});
const policy = (Statement: object | readonly object[]) => ({ Version: '2012-10-17', Statement });
const account = (Condition: object) =>
  policy({ Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole', Condition });
const object = (more: object) =>
  policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', ...more });
const saml = (Condition: object) =>
  policy({
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::123456789012:saml-provider/corp' },
    Action: 'sts:AssumeRoleWithSAML',
    Condition,
  });

/** Findings whose nearest correction would let strangers in: the code, the policy, and the policy after that correction. */
const tempting: readonly (readonly [story: string, code: string, kind: PolicyKind, before: object, after: object])[] = [
  [
    'a star as external ID',
    'wildcard-in-string-equals',
    'trust',
    account({ StringEquals: { 'sts:ExternalId': '*' } }),
    account({ StringLike: { 'sts:ExternalId': '*' } }),
  ],
  [
    'a star as SAML subject',
    'wildcard-in-string-equals',
    'trust',
    saml({ StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml', 'SAML:sub': '*' } }),
    saml({ StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' }, StringLike: { 'SAML:sub': '*' } }),
  ],
  [
    'every organization',
    'wildcard-in-string-equals',
    'identity',
    object({ Condition: { StringEquals: { 'aws:PrincipalOrgID': '*' } } }),
    object({ Condition: { StringLike: { 'aws:PrincipalOrgID': '*' } } }),
  ],
  [
    'an exception of every organization from a Deny',
    'wildcard-in-string-equals',
    'identity',
    object({ Effect: 'Deny', Condition: { StringNotEquals: { 'aws:PrincipalOrgID': '*' } } }),
    object({ Effect: 'Deny', Condition: { StringNotLike: { 'aws:PrincipalOrgID': '*' } } }),
  ],
  [
    'every address, compared as text',
    'value-never-matches',
    'identity',
    object({ Condition: { StringEquals: { 'aws:SourceIp': '0.0.0.0/0' } } }),
    object({ Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }),
  ],
  [
    'a dead exception from a Deny',
    'pattern-never-matches',
    'trust',
    policy(trusting('Deny', { StringNotLike: { [`${github}:sub`]: 'repo:octo-org/app/*' } })),
    policy(trusting('Deny', { StringNotLike: { [`${github}:sub`]: 'repo:octo-org/*' } })),
  ],
  [
    'a set of tags, only without tags',
    'for-all-values-without-guard',
    'identity',
    object({ Condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': '*' }, Null: { 'aws:TagKeys': 'true' } } }),
    object({ Condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': '*' }, Null: { 'aws:TagKeys': 'false' } } }),
  ],
];

describe('fixes let no stranger in', () => {
  it.each(dangerousPolicies)('%s', (_story, _code, kind, document) => {
    const text = JSON.stringify(document);
    for (const { fix, code } of lintWith(services, text, kind)) {
      const after = fix === undefined ? document : applyPatch(JSON.parse(text), fix.patch);
      expect({ code, fix, admitted: admitted(document, after as object, kind) }).toEqual({ code, fix, admitted: [] });
    }
  });

  it.each(tempting)('%s: the finding has no fix', (_, code, kind, before) => {
    const found = lintWith(services, JSON.stringify(before), kind).filter(finding => finding.code === code);
    expect(found.map(({ fix }) => fix)).toEqual([undefined]);
  });

  it.each(tempting)('%s: the correction would be noticed', (_story, _code, kind, before, after) => {
    expect(admitted(before, after, kind)).not.toEqual([]);
  });
});
