import { describe, expect, it } from 'vitest';
import { type EvaluationRequest, evaluate, type PolicySet, requestContext } from '../../src/policy/index.ts';
import { account, github, other, policy, provider, request, roleArn, webIdentity } from './fixtures.ts';

const user = `arn:aws:iam::${account}:user/ada`;
const unrelated = `arn:aws:iam::${other}:user/eve`;
const root = `arn:aws:iam::${account}:root`;
const appRole = `arn:aws:iam::${account}:role/app`;
const session = `arn:aws:sts::${account}:assumed-role/app/s1`;
const fedUser = `arn:aws:sts::${account}:federated-user/bob`;
const bucket = 'arn:aws:s3:::bucket/key';
const queue = `arn:aws:sqs:eu-west-1:${account}:queue`;

const allow = (more: object = {}) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...more });
const deny = (more: object = {}) => ({ Effect: 'Deny', Action: '*', Resource: '*', ...more });
const all = policy('identity', allow());
const nothing = policy('identity', allow({ Action: 'none:None' }));
const resource = (Principal: unknown, more: object = {}) =>
  policy('resource', { Effect: 'Allow', Principal, Action: '*', Resource: '*', ...more });
const trust = (Principal: unknown, Action: unknown = 'sts:AssumeRole', more: object = {}): PolicySet => ({
  resource: policy('trust', { Effect: 'Allow', Principal, Action, ...more }),
  kind: 'trust',
});
const limit = (kind: 'identity' | 'boundary' | 'session' | 'scp' | 'rcp', Action: string, Effect = 'Allow') =>
  policy(kind, { Effect, Action, Resource: '*' });

const get = (principal: string, on = bucket) => request(principal, 's3:GetObject', on);
const send = (principal: string) => request(principal, 'sqs:SendMessage', queue);
const assume = (principal: string, on = roleArn) => request(principal, 'sts:AssumeRole', on);

type Case = readonly [story: string, request: EvaluationRequest, policies: PolicySet, reason: string];

describe('layers', () => {
  it.each<Case>([
    ['nothing allows', get(user), {}, 'implicit-deny'],
    ['identity allows', get(user), { identity: [all] }, 'allowed'],
    ['one of two identity policies allows', get(user), { identity: [nothing, all] }, 'allowed'],
    [
      'explicit deny wins in the same policy',
      get(user),
      { identity: [policy('identity', [allow(), deny()])] },
      'explicit-deny',
    ],
    ['explicit deny in another policy', get(user), { identity: [all, policy('identity', deny())] }, 'explicit-deny'],
    ['boundary does not allow', get(user), { identity: [all], boundary: limit('boundary', 'ec2:*') }, 'implicit-deny'],
    ['boundary alone allows nothing', get(user), { boundary: limit('boundary', '*') }, 'implicit-deny'],
    ['boundary and identity allow', get(user), { identity: [all], boundary: limit('boundary', 's3:*') }, 'allowed'],
    ['boundary denies', get(user), { identity: [all], boundary: limit('boundary', '*', 'Deny') }, 'explicit-deny'],
    [
      'session policy does not allow',
      get(session),
      { identity: [all], session: [limit('session', 'ec2:*')] },
      'implicit-deny',
    ],
    [
      'one of two session policies allows',
      get(session),
      { identity: [all], session: [limit('session', 'ec2:*'), limit('session', 's3:*')] },
      'allowed',
    ],
    ['SCP does not allow', get(user), { identity: [all], scp: [limit('scp', 'ec2:*')] }, 'implicit-deny'],
    [
      'SCP with full access and a deny',
      get(user),
      { identity: [all], scp: [limit('scp', '*'), limit('scp', 's3:*', 'Deny')] },
      'explicit-deny',
    ],
    ['SCP allows', get(user), { identity: [all], scp: [limit('scp', '*')] }, 'allowed'],
    ['SCP grants nothing by itself', get(user), { scp: [limit('scp', '*')] }, 'implicit-deny'],
    ['RCP denies', get(user), { identity: [all], rcp: [limit('rcp', 's3:*', 'Deny')] }, 'explicit-deny'],
    [
      'RCP with only Deny statements is combined with RCPFullAWSAccess',
      get(user),
      { identity: [all], rcp: [limit('rcp', 'kms:*', 'Deny')] },
      'allowed',
    ],
    ['RCP that allows something else', get(user), { identity: [all], rcp: [limit('rcp', 'kms:*')] }, 'implicit-deny'],
    [
      'service-linked roles are exempt from SCPs',
      get(`arn:aws:iam::${account}:role/aws-service-role/ecs.amazonaws.com/R`),
      { identity: [all], scp: [limit('scp', 'ec2:*')] },
      'allowed',
    ],
    ['root needs no identity policy', get(root), {}, 'allowed'],
    ['root is not limited by a boundary', get(root), { boundary: limit('boundary', 'ec2:*') }, 'allowed'],
    ['root is limited by SCPs', get(root), { scp: [limit('scp', 'ec2:*')] }, 'implicit-deny'],
    [
      'root is limited by a resource policy that denies',
      get(root),
      { resource: policy('resource', { ...deny(), Principal: '*' }) },
      'explicit-deny',
    ],
  ])('%s', (_, requested, policies, reason) => {
    expect(evaluate(requested, policies).reason).toBe(reason);
  });
});

describe('resource policies', () => {
  const narrow = limit('boundary', 'ec2:*');
  const narrowSession = [limit('session', 'ec2:*')];
  it.each<Case>([
    ['same account: naming the user grants by itself', send(user), { resource: resource({ AWS: user }) }, 'allowed'],
    [
      'naming the user is final, with or without a boundary',
      send(user),
      { resource: resource({ AWS: user }), boundary: narrow },
      'allowed',
    ],
    [
      'naming the session is final',
      send(session),
      { resource: resource({ AWS: session }), boundary: narrow, session: narrowSession },
      'allowed',
    ],
    ['naming the role grants by itself', send(session), { resource: resource({ AWS: appRole }) }, 'allowed'],
    [
      'naming the role is limited by a boundary',
      send(session),
      { resource: resource({ AWS: appRole }), boundary: narrow },
      'implicit-deny',
    ],
    [
      'naming the role is limited by a session policy',
      send(session),
      { resource: resource({ AWS: appRole }), session: narrowSession },
      'implicit-deny',
    ],
    [
      'naming the account delegates: nothing else allows',
      send(user),
      { resource: resource({ AWS: account }) },
      'implicit-deny',
    ],
    [
      'naming the account delegates: identity allows',
      send(user),
      { resource: resource({ AWS: account }), identity: [all] },
      'allowed',
    ],
    [
      'everyone is not limited by a boundary',
      send(session),
      { resource: resource('*'), boundary: narrow, session: narrowSession },
      'allowed',
    ],
    ['everyone, in the same account', send(user), { resource: resource('*') }, 'allowed'],
    [
      'an identity policy is enough in the same account',
      send(user),
      { resource: resource({ AWS: session }), identity: [all] },
      'allowed',
    ],
    [
      'other account: resource policy alone',
      send(unrelated),
      { resource: resource({ AWS: unrelated }) },
      'implicit-deny',
    ],
    ['other account: identity policy alone', send(unrelated), { identity: [all] }, 'implicit-deny'],
    ['other account: both', send(unrelated), { resource: resource({ AWS: unrelated }), identity: [all] }, 'allowed'],
    [
      'other account, named as account: both',
      send(unrelated),
      { resource: resource({ AWS: `arn:aws:iam::${other}:root` }), identity: [all] },
      'allowed',
    ],
    [
      'other account: boundary',
      send(unrelated),
      { resource: resource('*'), identity: [all], boundary: narrow },
      'implicit-deny',
    ],
    [
      'other account: root needs the resource policy',
      request(`arn:aws:iam::${other}:root`, 'sqs:SendMessage', queue),
      {},
      'implicit-deny',
    ],
    [
      'other account: root with the resource policy',
      request(`arn:aws:iam::${other}:root`, 'sqs:SendMessage', queue),
      { resource: resource({ AWS: other }) },
      'allowed',
    ],
    [
      'S3 ARNs have no account: the request names the owner',
      { ...get(user), resourceAccount: other },
      { identity: [all] },
      'implicit-deny',
    ],
    [
      'a service principal needs only the resource policy',
      request('sns.amazonaws.com', 'sqs:SendMessage', queue),
      { resource: resource({ Service: 'sns.amazonaws.com' }) },
      'allowed',
    ],
    [
      'another service',
      request('s3.amazonaws.com', 'sqs:SendMessage', queue),
      { resource: resource({ Service: 'sns.amazonaws.com' }) },
      'implicit-deny',
    ],
    ['anonymous: everyone', request('*', 's3:GetObject', bucket), { resource: resource('*') }, 'allowed'],
    [
      'anonymous: the account',
      request('*', 's3:GetObject', bucket),
      { resource: resource({ AWS: account }) },
      'implicit-deny',
    ],
    ['anonymous: nothing', request('*', 's3:GetObject', bucket), { identity: [all] }, 'implicit-deny'],
    [
      'NotPrincipal in a Deny does not deny the callers that it names',
      send(user),
      { identity: [all], resource: policy('resource', { ...deny(), NotPrincipal: { AWS: [user, account] } }) },
      'allowed',
    ],
    [
      'NotPrincipal in a Deny denies a named caller with a permissions boundary',
      send(user),
      {
        identity: [all],
        boundary: limit('boundary', '*'),
        resource: policy('resource', { ...deny(), NotPrincipal: { AWS: [user, account] } }),
      },
      'explicit-deny',
    ],
    [
      'NotPrincipal in a Deny denies other callers',
      send(session),
      { identity: [all], resource: policy('resource', { ...deny(), NotPrincipal: { AWS: user } }) },
      'explicit-deny',
    ],
    [
      'a KMS key policy must allow',
      request(user, 'kms:Decrypt', `arn:aws:kms:eu-west-1:${account}:key/1`),
      { identity: [all], resource: resource({ AWS: session }) },
      'implicit-deny',
    ],
    [
      'a KMS key policy delegates to the account',
      request(user, 'kms:Decrypt', `arn:aws:kms:eu-west-1:${account}:key/1`),
      { identity: [all], resource: resource({ AWS: root }) },
      'allowed',
    ],
    ['an account as caller: no policies', request(account, 'sqs:SendMessage', queue), {}, 'implicit-deny'],
    [
      'an account as caller: its identity policies',
      request(account, 'sqs:SendMessage', queue),
      { identity: [all] },
      'allowed',
    ],
    [
      'an account as caller: the resource policy',
      request(account, 'sqs:SendMessage', queue),
      { resource: resource({ AWS: account }) },
      'allowed',
    ],
    [
      'a federated user without session policies has no permissions',
      send(fedUser),
      { identity: [all] },
      'implicit-deny',
    ],
    [
      'a federated user: the resource policy names the session',
      send(fedUser),
      { identity: [all], resource: resource({ AWS: fedUser }) },
      'allowed',
    ],
    [
      'a federated user: session policies allow',
      send(fedUser),
      { identity: [all], session: [limit('session', 'sqs:*')] },
      'allowed',
    ],
  ])('%s', (_, requested, policies, reason) => {
    expect(evaluate(requested, policies).reason).toBe(reason);
  });
});

describe('role trust policies', () => {
  const narrow = limit('boundary', 'ec2:*');
  const withIds = (uniqueId: string): EvaluationRequest => ({
    ...assume(session),
    principal: { type: 'role-session', arn: session, roleArn: appRole, account, uniqueId },
  });
  it.each<Case>([
    [
      'an identity policy alone never allows assuming a role',
      assume(user),
      { identity: [all], kind: 'trust' },
      'implicit-deny',
    ],
    ['naming the user grants by itself', assume(user), trust({ AWS: user }), 'allowed'],
    ['naming the role grants by itself', assume(session), trust({ AWS: appRole }), 'allowed'],
    [
      'naming the role, limited by a boundary',
      assume(session),
      { ...trust({ AWS: appRole }), boundary: narrow },
      'implicit-deny',
    ],
    ['naming the session', assume(session), trust({ AWS: session }), 'allowed'],
    [
      'no wildcard in a session',
      assume(session),
      trust({ AWS: `arn:aws:sts::${account}:assumed-role/app/s2` }),
      'implicit-deny',
    ],
    ['naming the account delegates: identity does not allow', assume(user), trust({ AWS: account }), 'implicit-deny'],
    [
      'naming the account delegates: identity allows',
      assume(user),
      { ...trust({ AWS: root }), identity: [all] },
      'allowed',
    ],
    [
      'naming the account: identity denies',
      assume(user),
      { ...trust({ AWS: root }), identity: [policy('identity', deny())] },
      'explicit-deny',
    ],
    ['other account: trust alone', assume(unrelated), trust({ AWS: unrelated }), 'implicit-deny'],
    ['other account: both', assume(unrelated), { ...trust({ AWS: other }), identity: [all] }, 'allowed'],
    [
      'the stored unique id of the role',
      withIds('AROAEXAMPLEEXAMPLE123'),
      trust({ AWS: 'AROAEXAMPLEEXAMPLE123' }),
      'allowed',
    ],
    [
      'the unique id of a deleted role with the same name',
      withIds('AROAEXAMPLEEXAMPLE123'),
      trust({ AWS: 'AROAEXAMPLEEXAMPLE999' }),
      'implicit-deny',
    ],
    ['web identity', github(), trust({ Federated: provider }, webIdentity), 'allowed'],
    [
      'web identity needs no identity policy and is not limited by one',
      github(),
      { ...trust({ Federated: provider }, webIdentity), identity: [policy('identity', deny())] },
      'allowed',
    ],
    ['web identity, sts:*', github(), trust({ Federated: provider }, 'sts:*'), 'allowed'],
    [
      'web identity, action in other letter case',
      github(),
      trust({ Federated: provider }, 'STS:assumeRoleWithWEBidentity'),
      'allowed',
    ],
    // Recorded: saml_trust_aws/principal_aws_star.
    ['{"AWS": "*"} does not match web identity', github(), trust({ AWS: '*' }, webIdentity), 'implicit-deny'],
    ['{"AWS": "*"} matches users (unconfirmed without identity policy)', assume(user), trust({ AWS: '*' }), 'allowed'],
    [
      '{"AWS": "*"} from another account needs the identity policy',
      assume(unrelated),
      trust({ AWS: '*' }),
      'implicit-deny',
    ],
    [
      'a domain as provider',
      { ...github(), principal: { type: 'federated', provider: 'accounts.google.com' } },
      trust({ Federated: 'accounts.google.com' }, webIdentity),
      'allowed',
    ],
    [
      'a service',
      assumeBy('ec2.amazonaws.com'),
      trust({ Service: ['lambda.amazonaws.com', 'ec2.amazonaws.com'] }),
      'allowed',
    ],
    ['another service', assumeBy('ecs.amazonaws.com'), trust({ Service: 'ec2.amazonaws.com' }), 'implicit-deny'],
    ['anonymous', request('*', 'sts:AssumeRole', roleArn), trust({ AWS: '*' }), 'implicit-deny'],
    ['an account as caller', request(other, 'sts:AssumeRole', roleArn), trust({ AWS: other }), 'allowed'],
    [
      'an account as caller whose principal has no permission',
      request(other, 'sts:AssumeRole', roleArn),
      { ...trust({ AWS: other }), identity: [limit('identity', 'ec2:*')] },
      'implicit-deny',
    ],
    [
      'an identity policy alone never allows an account to assume a role',
      request(account, 'sts:AssumeRole', roleArn),
      { identity: [all], kind: 'trust' },
      'implicit-deny',
    ],
    [
      'SCPs do not limit web identity callers (unconfirmed)',
      github(),
      { ...trust({ Federated: provider }, webIdentity), scp: [limit('scp', 'ec2:*')] },
      'allowed',
    ],
    [
      'RCPs limit web identity callers',
      github(),
      { ...trust({ Federated: provider }, webIdentity), rcp: [limit('rcp', 'sts:*', 'Deny')] },
      'explicit-deny',
    ],
  ])('%s', (_, requested, policies, reason) => {
    expect(evaluate(requested, policies).reason).toBe(reason);
  });

  it('are recognized by resource and action without kind', () => {
    const { resource: document } = trust({ AWS: session });
    expect(evaluate(assume(user), { resource: document, identity: [all] }).layers[0]?.layer).toBe('trust');
    expect(evaluate(request(user, 'iam:GetRole', roleArn), { identity: [all] }).allowed).toBe(true);
  });
});

const assumeBy = (service: string): EvaluationRequest => ({
  ...assume(user),
  principal: { type: 'service', service },
});

describe('resources and actions', () => {
  const user1 = (Resource: unknown, on: string, Action: unknown = 's3:*', extra: object = {}) =>
    evaluate(request(user, 's3:GetObject', on, { 'aws:username': 'ada' }), {
      identity: [policy('identity', { Effect: 'Allow', Action, Resource, ...extra })],
    }).allowed;

  it.each<[unknown, string, boolean]>([
    ['*', bucket, true],
    ['arn:aws:s3:::bucket/*', bucket, true],
    ['arn:aws:s3:::bucket', bucket, false],
    ['arn:aws:s3:::BUCKET/*', bucket, false],
    ['arn:aws:s3:::b*', 'arn:aws:s3:::bucket:suffix/object', true],
    ['arn:aws:s3:*', bucket, true],
    ['arn:aws:s3', bucket, true],
    ['arn:aws:*:::bucket/*', bucket, true],
    ['arn:aws:s*cket/*', bucket, false],
    ['arn:aws:s3:::bucket/${aws:username}/*', 'arn:aws:s3:::bucket/ada/x', true],
    ['arn:aws:s3:::bucket/${aws:username}/*', 'arn:aws:s3:::bucket/eve/x', false],
    ['arn:aws:s3:::bucket/${aws:PrincipalTag/none}/*', 'arn:aws:s3:::bucket//x', false],
    ['arn:aws:s3:::bucket/${*}', 'arn:aws:s3:::bucket/*', true],
    ['arn:aws:s3:::bucket/${*}', 'arn:aws:s3:::bucket/a', false],
    [['arn:aws:s3:::a', 'arn:aws:s3:::bucket/k?y'], bucket, true],
    ['arn:aws:s3:::bucket/*', '*', false],
  ])('Resource %j over %s: %s', (Resource, on, result) => {
    expect(user1(Resource, on)).toBe(result);
  });

  it.each<[unknown, boolean]>([
    ['s3:GetObject', true],
    ['S3:getobject', true],
    ['s3:Get*', true],
    ['s3:Get?bject', true],
    ['*', true],
    ['*:GetObject', true],
    ['s?:Get*', true],
    ['s3:GetObjectAcl', false],
    ['ec2:*', false],
    [['ec2:*', 's3:G*t'], true],
  ])('Action %j: %s', (Action, result) => {
    expect(user1('*', bucket, Action)).toBe(result);
  });

  it('NotAction and NotResource', () => {
    const one = (statement: object) =>
      evaluate(get(user), { identity: [policy('identity', { Effect: 'Allow', ...statement })] }).allowed;
    expect(one({ NotAction: 'ec2:*', Resource: '*' })).toBe(true);
    expect(one({ NotAction: 's3:*', Resource: '*' })).toBe(false);
    expect(one({ Action: '*', NotResource: 'arn:aws:s3:::other/*' })).toBe(true);
    expect(one({ Action: '*', NotResource: 'arn:aws:s3:::bucket/*' })).toBe(false);
  });

  it('NotResource with a variable without a value does not match (unconfirmed)', () => {
    const requested = (context: Record<string, string>) => ({ ...get(user), context: requestContext(context) });
    const NotResource = 'arn:aws:s3:::home/${aws:username}/*';
    const allowing = { identity: [policy('identity', { Effect: 'Allow', Action: '*', NotResource })] };
    expect(evaluate(requested({ 'aws:username': 'ada' }), allowing).allowed).toBe(true);
    expect(evaluate(requested({}), allowing).allowed).toBe(false);
    const denying = { identity: [all, policy('identity', { Effect: 'Deny', Action: '*', NotResource })] };
    expect(evaluate(requested({ 'aws:username': 'ada' }), denying).allowed).toBe(false);
    expect(evaluate(requested({}), denying).allowed).toBe(true);
  });
});

describe('verdicts', () => {
  it('cover every element of every statement', () => {
    const statements = [
      {
        Sid: 'First',
        Effect: 'Deny',
        Action: 'ec2:*',
        Resource: 'arn:aws:s3:::x',
        Condition: { StringEquals: { 'aws:username': '${aws:userid}' } },
      },
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    ];
    const requested = request(user, 's3:GetObject', bucket, { 'aws:username': 'ada', 'aws:userid': 'AIDA1' });
    const { layers, allowed } = evaluate(requested, { identity: [policy('identity', statements)] });
    expect(allowed).toBe(true);
    expect(layers).toEqual([
      {
        layer: 'identity',
        outcome: 'allowed',
        statements: [
          {
            policy: 0,
            index: 0,
            sid: 'First',
            effect: 'Deny',
            applies: false,
            principal: { ok: true, why: { code: 'policy-attached' } },
            action: { ok: false, why: { code: 'action-not-listed', expected: ['ec2:*'] } },
            resource: { ok: false, why: { code: 'resource-not-listed', expected: ['arn:aws:s3:::x'] } },
            conditions: [
              {
                operator: 'StringEquals',
                qualifier: null,
                key: 'aws:username',
                expected: ['AIDA1'],
                actual: ['ada'],
                ok: false,
                why: { code: 'no-value-matched' },
              },
            ],
          },
          {
            policy: 0,
            index: 1,
            effect: 'Allow',
            applies: true,
            principal: { ok: true, why: { code: 'policy-attached' } },
            action: { ok: true, why: { code: 'action-listed' } },
            resource: { ok: true, why: { code: 'resource-listed' } },
            conditions: [],
          },
        ],
      },
    ]);
  });

  it('can be serialized as JSON without Map or Set', () => {
    const decision = evaluate(github(), trust({ Federated: provider }, webIdentity));
    expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
  });
});
