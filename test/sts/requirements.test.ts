/** Core guarantees: a valid token gives working credentials; an invalid one gives AWS's error and no credentials. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, createHarness, credentialsOf, type Harness, members } from './harness.ts';
import { jwk, mint, rsa2, signToken, standardKeys } from './tokens.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;

/** Messages recorded from AWS in September 2026 (radkawar/stackd, see test/parity/recorded). */
const GENERIC_REFUSAL =
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.';
const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
const NO_JWT = 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)';
const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';

const trust = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo-org/octo-repo:ref:refs/heads/*' },
      },
    },
  ],
};

let harness: Harness;
let now: number;

beforeEach(async () => {
  harness = createHarness();
  now = Math.floor(harness.clock.now() / 1000);
  harness.keySets.set(ISSUER, standardKeys());
  await harness.iam('CreateOpenIDConnectProvider', { Url: ISSUER, 'ClientIDList.member.1': 'sts.amazonaws.com' });
  await harness.iam('CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument: JSON.stringify(trust) });
});

const claims = (change: object = {}) => ({
  iss: ISSUER,
  aud: 'sts.amazonaws.com',
  sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
  iat: now - 10,
  exp: now + 300,
  ...change,
});

const assume = (token: string, parameters = {}) =>
  harness.sts('AssumeRoleWithWebIdentity', {
    RoleArn: ROLE,
    RoleSessionName: 'ci',
    WebIdentityToken: token,
    ...parameters,
  });

describe('a valid token', () => {
  it('gives credentials whose GetCallerIdentity is the assumed role', async () => {
    const answer = await assume(mint(claims()));
    expect(answer.body.split('\n').slice(0, 3)).toEqual([
      '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
      '  <AssumeRoleWithWebIdentityResult>',
      expect.stringMatching(/^ {4}</),
    ]);
    expect(answer.result).toMatchObject({
      Provider: PROVIDER,
      Audience: 'sts.amazonaws.com',
      SubjectFromWebIdentityToken: 'repo:octo-org/octo-repo:ref:refs/heads/main',
    });
    const who = await harness.sts('GetCallerIdentity', {}, credentialsOf(answer));
    expect(who.result).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/ci`,
      UserId: members(answer.result['AssumedRoleUser'])['AssumedRoleId'],
    });
  });

  it('records a decision with every step and the trust layer', async () => {
    const decision = harness.decisionOf(await assume(mint(claims())));
    expect(decision).toMatchObject({ allowed: true, reason: 'allowed', resource: ROLE });
    expect(decision.steps.map(step => `${step.name}:${step.ok}`)).toEqual([
      'token-parsed:true',
      'issuer:true',
      'provider:true',
      'audience:true',
      'key:true',
      'signature:true',
      'times:true',
      'role:true',
      'trust:true',
    ]);
    expect(decision.layers.map(layer => `${layer.layer}:${layer.outcome}`)).toEqual(['trust:allowed']);
  });
});

interface Bad {
  readonly name: string;
  readonly token: () => string;
  readonly parameters?: object;
  readonly status: number;
  readonly code: string;
  readonly message: string | (() => string);
  readonly reason: string;
}

const bad: readonly Bad[] = [
  {
    name: 'garbage',
    token: () => 'not.a-token',
    status: 400,
    code: 'InvalidIdentityToken',
    message: NO_JWT,
    reason: 'not-a-jwt',
  },
  {
    name: 'an unregistered issuer',
    token: () => mint(claims({ iss: 'https://issuer.example' })),
    status: 400,
    code: 'InvalidIdentityToken',
    message: GENERIC_REFUSAL,
    reason: 'unknown-issuer',
  },
  {
    name: 'a wrong audience',
    token: () => mint(claims({ aud: 'someone-else' })),
    status: 400,
    code: 'InvalidIdentityToken',
    message: GENERIC_REFUSAL,
    reason: 'wrong-audience',
  },
  {
    name: 'an expired token',
    token: () => mint(claims({ iat: now - 1000, exp: now - 400 })),
    status: 400,
    code: 'ExpiredTokenException',
    message: () => `Token expired: current date/time ${now - 300} must be before the expiration date/time ${now - 400}`,
    reason: 'expired-token',
  },
  {
    name: 'a token signed by another key under a known kid',
    token: () => signToken({ alg: 'RS256', kid: 'RS256' }, JSON.stringify(claims()), 'RS256', rsa2),
    status: 400,
    code: 'InvalidIdentityToken',
    message: GENERIC_REFUSAL,
    reason: 'bad-signature',
  },
  {
    name: 'a token signed by a key nobody published',
    token: () => signToken({ alg: 'RS256', kid: 'other' }, JSON.stringify(claims()), 'RS256', rsa2),
    status: 400,
    code: 'InvalidIdentityToken',
    message: NO_KEY,
    reason: 'unknown-kid',
  },
  {
    name: 'an unknown role',
    token: () => mint(claims()),
    parameters: { RoleArn: `${ROLE}-not` },
    status: 403,
    code: 'AccessDenied',
    message: DENIED,
    reason: 'unknown-role',
  },
  {
    name: 'a role whose conditions do not match',
    token: () => mint(claims({ sub: 'repo:octo-org/octo-repo:pull_request' })),
    status: 403,
    code: 'AccessDenied',
    message: DENIED,
    reason: 'implicit-deny',
  },
];

describe('an invalid token', () => {
  it.each(bad)('$name: refused with AWS’s error, a reason and no credentials', async row => {
    const answer = await assume(row.token(), row.parameters);
    expect(answer).toMatchObject({
      status: row.status,
      code: row.code,
      message: typeof row.message === 'string' ? row.message : row.message(),
    });
    expect(answer.body).not.toContain('AccessKeyId');
    const decision = harness.decisionOf(answer);
    expect(decision).toMatchObject({
      allowed: false,
      reason: row.reason,
      error: { code: row.code, status: row.status },
    });
    expect(decision.steps.filter(step => !step.ok)).toHaveLength(1);
    expect(decision.explanation[0]).toMatch(/\.$/);
  });

  it('a failed condition shows key, operator, expected and actual value', async () => {
    const decision = harness.decisionOf(await assume(mint(claims({ sub: 'repo:octo-org/octo-repo:pull_request' }))));
    expect(decision.layers[0]?.statements[0]?.conditions).toContainEqual(
      expect.objectContaining({
        operator: 'StringLike',
        key: 'token.actions.githubusercontent.com:sub',
        expected: ['repo:octo-org/octo-repo:ref:refs/heads/*'],
        actual: ['repo:octo-org/octo-repo:pull_request'],
        ok: false,
      }),
    );
  });

  it('no decision, reply or exported state contains the token', async () => {
    const token = mint(claims({ sub: 'repo:octo-org/octo-repo:pull_request' }));
    const answer = await assume(token);
    const signature = token.slice(token.lastIndexOf('.') + 1);
    expect(answer.body + JSON.stringify(answer.decision)).not.toContain(signature);
  });
});

describe('the classic error texts', () => {
  it.each([
    [
      'an unregistered issuer',
      { iss: 'https://issuer.example' },
      'No OpenIDConnect provider found in your account for https://issuer.example',
    ],
    ['a wrong audience', { aud: 'someone-else' }, 'Incorrect token audience'],
  ])('%s', async (_, change, message) => {
    const old = createHarness({ settings: { errorTexts: 'classic' } });
    old.keySets.set(ISSUER, { keys: [jwk(rsa2)] });
    await old.iam('CreateOpenIDConnectProvider', { Url: ISSUER, 'ClientIDList.member.1': 'sts.amazonaws.com' });
    const answer = await old.sts('AssumeRoleWithWebIdentity', {
      RoleArn: ROLE,
      RoleSessionName: 'ci',
      WebIdentityToken: mint(claims(change)),
    });
    expect(answer).toMatchObject({ status: 400, code: 'InvalidIdentityToken', message });
  });
});
