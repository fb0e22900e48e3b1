import { describe, expect, it } from 'vitest';
import { evaluateDocument } from '../../src/policy/index.ts';
import { account, host, provider, roleArn, webIdentity } from './fixtures.ts';

const allow = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } };
const user = `arn:aws:iam::${account}:user/ada`;
const ask = (principal: unknown, more: object = {}) => ({
  principal,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::bucket/key',
  ...more,
});

describe('evaluateDocument', () => {
  it('explains an allow that is called unwanted', () => {
    const allow = { Effect: 'Allow', Principal: { Federated: provider }, Action: webIdentity };
    const body = {
      request: { principal: { federated: provider }, action: webIdentity, resource: roleArn },
      policies: { kind: 'trust', resource: { Version: '2012-10-17', Statement: [allow] } },
    };
    const narrowing = (result: ReturnType<typeof evaluateDocument>) => (result.ok ? result.decision.narrow : result);
    expect(narrowing(evaluateDocument({ ...body, unwanted: true }))).toMatchObject([{ side: 'policy' }]);
    expect(narrowing(evaluateDocument(body))).toBeUndefined();
    expect(evaluateDocument({ ...body, unwanted: 'yes' })).toEqual({
      ok: false,
      problems: [{ path: '/unwanted', code: 'invalid-unwanted', message: 'unwanted must be true or false.' }],
    });
  });

  it('returns a complete decision without id and time', () => {
    const sub = 'repo:octo-org/octo-repo:pull_request';
    const result = evaluateDocument({
      request: {
        principal: { federated: provider },
        action: webIdentity,
        resource: roleArn,
        context: { [`${host}:sub`]: sub, [`${host}:AUD`]: 'sts.amazonaws.com' },
      },
      policies: {
        kind: 'trust',
        resource: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'Main',
              Effect: 'Allow',
              Principal: { Federated: provider },
              Action: webIdentity,
              Condition: { StringLike: { [`${host}:sub`]: ['repo:octo-org/octo-repo:ref:refs/heads/*'] } },
            },
          ],
        }),
      },
    });
    expect(result).toEqual({
      ok: true,
      decision: {
        action: webIdentity,
        resource: roleArn,
        principal: { type: 'federated', provider, account },
        allowed: false,
        reason: 'implicit-deny',
        steps: [],
        layers: [
          {
            layer: 'trust',
            outcome: 'implicit-deny',
            statements: [
              {
                policy: 0,
                index: 0,
                sid: 'Main',
                effect: 'Allow',
                applies: false,
                principal: { ok: true, why: { code: 'principal-named', by: 'provider' } },
                action: { ok: true, why: { code: 'action-listed' } },
                resource: { ok: true, why: { code: 'resource-implied' } },
                conditions: [
                  {
                    operator: 'StringLike',
                    qualifier: null,
                    key: `${host}:sub`,
                    expected: ['repo:octo-org/octo-repo:ref:refs/heads/*'],
                    actual: [sub],
                    ok: false,
                    why: { code: 'no-value-matched' },
                  },
                ],
              },
            ],
          },
        ],
        explanation: [
          `StringLike ${host}:sub: the request has "${sub}", the policy has "repo:octo-org/octo-repo:ref:refs/heads/*". The request is from a pull request ("pull_request"); the policy value is for a run on a branch ("ref:refs/heads/…").`,
          `Denied: no statement of the role's trust policy allows ${webIdentity} to a caller from ${provider}.`,
        ],
        fixes: [
          {
            side: 'workflow',
            title: 'Change the job that gets the token',
            sentence: 'Run the workflow of octo-org/octo-repo on the branch of your choice, without an environment.',
            admits: [],
            target: 'request',
            patch: [{ op: 'add', path: `/context/${host}:sub`, value: 'repo:octo-org/octo-repo:ref:refs/heads/main' }],
          },
          {
            side: 'policy',
            title: 'Allow this caller as well',
            sentence: `Statement 1: allow "${sub}" as well in StringLike ${host}:sub. This lets in any pull request of octo-org/octo-repo.`,
            admits: ['any pull request of octo-org/octo-repo'],
            target: 'trust-policy',
            policy: 0,
            patch: [{ op: 'add', path: `/Statement/0/Condition/StringLike/${host}:sub/-`, value: sub }],
          },
        ],
      },
    });
  });

  it.each<[unknown, string]>([
    [user, 'user'],
    [`arn:aws:iam::${account}:root`, 'root'],
    [`arn:aws:iam::${account}:role/teams/app`, 'role-session'],
    [`arn:aws:sts::${account}:assumed-role/app/s1`, 'role-session'],
    [`arn:aws:sts::${account}:federated-user/bob`, 'federated-user'],
    [provider, 'federated'],
    [account, 'account'],
    ['ec2.amazonaws.com', 'service'],
    ['*', 'anonymous'],
    [{ federated: 'accounts.google.com' }, 'federated'],
    [{ service: 'ec2.amazonaws.com' }, 'service'],
    [{ AWS: user }, 'user'],
  ])('principal %j is of type %s', (principal, type) => {
    const result = evaluateDocument({ request: ask(principal), policies: {} });
    expect(result.ok && result.decision.principal).toMatchObject({ type });
  });

  it("takes a role's path from aws:PrincipalArn", () => {
    const arn = `arn:aws:iam::${account}:role/teams/app`;
    const principal = `arn:aws:sts::${account}:assumed-role/app/s1`;
    const result = evaluateDocument({ request: ask(principal, { context: { 'aws:PrincipalArn': arn } }) });
    expect(result.ok && result.decision.principal).toMatchObject({ roleArn: arn });
  });

  it.each([
    [user, 'AIDAEXAMPLEEXAMPLE123', 'AIDAEXAMPLEEXAMPLE123'],
    [`arn:aws:sts::${account}:assumed-role/app/s1`, 'AROAEXAMPLEEXAMPLE123:s1', 'AROAEXAMPLEEXAMPLE123'],
    [`arn:aws:iam::${account}:root`, account, undefined],
  ])('takes the unique id of %s from aws:userid', (principal, userId, uniqueId) => {
    const resource = {
      Statement: { Effect: 'Allow', Principal: { AWS: 'AIDAEXAMPLEEXAMPLE123' }, Action: '*', Resource: '*' },
    };
    const result = evaluateDocument({
      request: ask(principal, { context: { 'aws:userid': userId } }),
      policies: { resource },
    });
    const { uniqueId: actual } = (result.ok ? result.decision.principal : {}) as { uniqueId?: string };
    expect(actual).toBe(uniqueId);
    expect(result.ok && result.decision.layers[0]?.statements[0]?.principal.ok).toBe(principal === user);
  });

  it('explains that only a resource policy can allow a service', () => {
    const result = evaluateDocument({ request: ask('ec2.amazonaws.com'), policies: { identity: allow } });
    expect(result.ok && result.decision.explanation).toEqual([
      'Denied: only a resource policy can allow s3:GetObject to ec2.amazonaws.com, and the resource has none.',
    ]);
  });

  it.each<[string, object, boolean]>([
    ['any Sid', { identity: { ...allow, Statement: { Sid: 'allow-it all', ...allow.Statement } } }, true],
    ['no statements', { identity: { ...allow, Statement: [] } }, false],
    ['one policy in place of a list', { identity: allow }, true],
    ['a list of objects and texts', { identity: [JSON.stringify(allow), { ...allow, Id: 'x' }] }, true],
    ['empty lists limit nothing', { identity: [allow], session: [], scp: [], rcp: [] }, true],
    ['an absent policy may be null', { identity: [allow], boundary: null, resource: null }, true],
    [
      'values of the wrong type are evaluated, not rejected',
      { identity: { ...allow, Statement: { ...allow.Statement, Condition: { NumericNotEquals: { 'aws:x': 'y' } } } } },
      true,
    ],
    [
      'a Resource in a trust policy is evaluated, although IAM would not store it',
      {
        kind: 'trust',
        resource: { Statement: { Effect: 'Allow', Principal: { AWS: user }, Action: '*', Resource: '*' } },
      },
      true,
    ],
    ['no policies', {}, false],
  ])('%s', (_, policies, allowed) => {
    const result = evaluateDocument({ request: ask(user), policies });
    expect(result.ok && result.decision.allowed).toBe(allowed);
  });

  it.each<[string, unknown, string, string]>([
    ['no body', undefined, 'not-an-object', ''],
    ['a list', [], 'not-an-object', ''],
    ['too large a body', { request: 'x'.repeat(2_000_001) }, 'too-large', ''],
    ['no request', {}, 'missing-request', '/request'],
    ['an unknown member', { request: ask(user), policy: {} }, 'unknown-member', '/policy'],
    [
      'an unknown policy',
      { request: ask(user), policies: { identities: [] } },
      'unknown-member',
      '/policies/identities',
    ],
    ['a principal without a name', { request: ask({ federated: '' }) }, 'invalid-principal', '/request/principal'],
    [
      "a session policy's Sid that STS would reject",
      { request: ask(user), policies: { session: { ...allow, Statement: { Sid: 'a-b', ...allow.Statement } } } },
      'invalid-sid',
      '/policies/session/Statement/Sid',
    ],
    ['an invalid principal', { request: ask('nobody') }, 'invalid-principal', '/request/principal'],
    [
      'an action without a service',
      { request: ask(user, { action: 'GetObject' }) },
      'invalid-action',
      '/request/action',
    ],
    ['a resource that is a number', { request: ask(user, { resource: 1 }) }, 'invalid-resource', '/request/resource'],
    [
      'a context value that is an object',
      { request: ask(user, { context: { 'a:b/c': {} } }) },
      'invalid-context-value',
      '/request/context/a:b~1c',
    ],
    [
      'an invalid policy',
      { request: ask(user), policies: { identity: [allow, { Statement: 1 }] } },
      'invalid-statement',
      '/policies/identity/1/Statement',
    ],
    [
      'a policy that is not JSON',
      { request: ask(user), policies: { boundary: '{' } },
      'not-json',
      '/policies/boundary',
    ],
    ['an invalid kind', { request: ask(user), policies: { kind: 'role' } }, 'invalid-kind', '/policies/kind'],
  ])('rejects %s', (_, body, code, path) => {
    const result = evaluateDocument(body);
    expect(result.ok ? [] : result.problems).toContainEqual(expect.objectContaining({ code, path }));
  });
});
