/** Web identity tokens beyond the recordings: keys, claims, tags, built-in providers, fetched and missing keys, sizes. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { IssuerKeys, PublishedKeySet } from '../../src/kernel/issuer-keys.ts';
import { ACCOUNT, type Answer, createHarness, credentialsOf, type Harness } from './harness.ts';
import { ec256, ec384, ec521, jwk, mint, rsa1, rsa2, signToken, standardKeys } from './tokens.ts';

const ISSUER = 'https://issuer.example.com/path';
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example.com/path`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;

const GENERIC_REFUSAL =
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.';
const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
const NO_JWT = 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)';

const allActions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'];

let harness: Harness;
let now: number;

async function prepare(made: Harness, condition?: object, action: string | string[] = allActions): Promise<void> {
  harness = made;
  now = Math.floor(harness.clock.now() / 1000);
  harness.keySets.set(ISSUER, standardKeys());
  await harness.iam('CreateOpenIDConnectProvider', { Url: ISSUER, 'ClientIDList.member.1': 'client' });
  await createRole({ Federated: PROVIDER }, condition, action);
}

async function createRole(Principal: object, Condition?: object, Action: string | string[] = allActions) {
  const answer = await harness.iam('CreateRole', {
    RoleName: 'deploy',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal, Action, ...(Condition === undefined ? {} : { Condition }) }],
    }),
  });
  expect(answer.message).toBeUndefined();
}

const claims = (change: object = {}) => ({
  iss: ISSUER,
  aud: 'client',
  sub: 'subject',
  iat: now - 10,
  exp: now + 300,
  ...change,
});

const assume = (token: string, parameters = {}): Promise<Answer> =>
  harness.sts('AssumeRoleWithWebIdentity', {
    RoleArn: ROLE,
    RoleSessionName: 'session',
    WebIdentityToken: token,
    ...parameters,
  });

describe('algorithms', () => {
  beforeEach(() => prepare(createHarness()));

  it.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'])('%s is accepted', async alg => {
    const answer = await assume(signToken({ alg, kid: alg }, JSON.stringify(claims()), alg));
    expect(answer).toMatchObject({ status: 200 });
  });

  it.each(['none', 'HS256', 'PS256', 'EdDSA', 'rs256', undefined])('alg %s is not a valid JWT', async alg => {
    expect(await assume(signToken({ alg, kid: 'RS256' }, JSON.stringify(claims())))).toMatchObject({
      status: 400,
      code: 'InvalidIdentityToken',
      message: NO_JWT,
    });
  });

  it('an ECDSA signature in DER form does not match', async () => {
    const token = signToken({ alg: 'ES256', kid: 'ES256' }, JSON.stringify(claims()), 'ES256');
    const [header = '', payload = ''] = token.split('.');
    const { sign } = await import('node:crypto');
    const der = sign('sha256', Buffer.from(`${header}.${payload}`), ec256.privateKey).toString('base64url');
    expect(await assume(`${header}.${payload}.${der}`)).toMatchObject({ message: GENERIC_REFUSAL });
  });
});

describe('format', () => {
  beforeEach(() => prepare(createHarness()));

  it.each([
    ['one part', 'abcd'],
    ['two parts', 'YQ.YQ'],
    ['five parts', 'YQ.YQ.YQ.YQ.YQ'],
    ['a payload that is a list', () => signToken({ alg: 'RS256' }, '[]')],
    ['a payload that is not JSON', () => signToken({ alg: 'RS256' }, '{')],
    ['leading spaces', () => ` ${mint(claims())}`],
    ['nesting beyond 1000', () => mint(claims({ deep: JSON.parse(`${'['.repeat(1200)}${']'.repeat(1200)}`) }))],
  ])('%s is not a valid JWT', async (_, token) => {
    expect(await assume(typeof token === 'string' ? token : token())).toMatchObject({ status: 400, message: NO_JWT });
  });

  it.each(['=', '!', '*', ' ', '\t', ' \n', '\n\n', '\u00a0', '\u2028'])(
    '%j at its end is not a valid JWT',
    async ending => {
      expect(await assume(mint(claims()) + ending)).toMatchObject({ status: 400, message: NO_JWT });
    },
  );

  it('a token with 900 levels of nesting and 1,000 claims is accepted', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`c${at}`, at]));
    const deep = JSON.parse(`${'['.repeat(900)}${']'.repeat(900)}`);
    expect(await assume(mint(claims({ ...many, deep })))).toMatchObject({ status: 200 });
  });

  it('claims named like members of Object.prototype are claims', async () => {
    const payload = JSON.stringify(claims()).replace('{', '{"__proto__":{"sub":"x"},"constructor":1,');
    expect(await assume(signToken({ alg: 'RS256', kid: 'RS256' }, payload))).toMatchObject({ status: 200 });
  });

  it.each(['\n', '\r\n'])('with %j at its end, as in a file written by echo, is accepted', async ending => {
    expect((await assume(mint(claims()) + ending)).status).toBe(200);
  });

  it('more than 20,000 characters violate the constraint, and the message does not show the token', async () => {
    expect(await assume('x'.repeat(20_001))).toMatchObject({
      status: 400,
      code: 'ValidationError',
      message:
        "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000",
    });
  });
});

interface ClaimRow {
  readonly name: string;
  readonly change: () => object;
  readonly code: string;
  readonly message: string | (() => string);
  readonly status?: number;
}

const claimRows: readonly ClaimRow[] = [
  ...['iss', 'sub', 'aud', 'iat', 'exp'].map(name => ({
    name: `without ${name}`,
    change: () => ({ [name]: undefined }),
    code: 'InvalidIdentityToken',
    message: `Missing a required claim: ${name}`,
  })),
  {
    name: 'aud []',
    change: () => ({ aud: [] }),
    code: 'InvalidIdentityToken',
    message: 'Claim is not allowed to be empty: aud',
  },
  {
    name: 'sub null',
    change: () => ({ sub: null }),
    code: 'InternalFailure',
    message: 'Unknown error validating third-party token',
    status: 500,
  },
  {
    name: 'azp unregistered',
    change: () => ({ azp: 'other' }),
    code: 'InvalidIdentityToken',
    message: GENERIC_REFUSAL,
  },
  {
    name: 'iat null',
    change: () => ({ iat: null }),
    code: 'InvalidIdentityToken',
    message: 'Invalid timestamp in token claims.',
  },
  {
    name: 'exp a fraction',
    change: () => ({ exp: now + 0.5 }),
    code: 'InvalidIdentityToken',
    message: 'Invalid timestamp in token claims.',
  },
  {
    name: 'exp beyond 64 bits (unconfirmed)',
    change: () => ({ exp: 1e30 }),
    code: 'InvalidIdentityToken',
    message: 'Invalid timestamp in token claims.',
  },
  {
    name: 'exp beyond 64 bits as text (unconfirmed)',
    change: () => ({ exp: '9999999999999999999' }),
    code: 'InvalidIdentityToken',
    message: 'Invalid timestamp in token claims.',
  },
  {
    name: 'exp 300 seconds ago',
    change: () => ({ exp: now - 300 }),
    code: 'ExpiredTokenException',
    message: () => `Token expired: current date/time ${now - 300} must be before the expiration date/time ${now - 300}`,
  },
  {
    name: 'iat 301 seconds ahead',
    change: () => ({ iat: now + 301 }),
    code: 'InvalidIdentityToken',
    message: () => `Token issued in the future: ${now + 301}`,
  },
  {
    name: 'nbf 301 seconds ahead',
    change: () => ({ nbf: now + 301 }),
    code: 'InvalidIdentityToken',
    message: () =>
      `Token not yet valid: current date/time ${now + 300} must be after or equal to the not-before date/time ${now + 301}`,
  },
];

describe('claims', () => {
  beforeEach(() => prepare(createHarness()));

  it.each(claimRows)('$name', async ({ change, code, message, status = 400 }) => {
    expect(await assume(mint(claims(change())))).toMatchObject({
      status,
      code,
      message: typeof message === 'string' ? message : message(),
    });
  });

  it.each([
    ['exp 299 seconds ago', () => ({ exp: now - 299 })],
    ['iat 300 seconds ahead', () => ({ iat: now + 300 })],
    ['nbf 300 seconds ahead', () => ({ nbf: now + 300 })],
    ['times as integer strings', () => ({ iat: String(now), exp: String(now + 60), nbf: `+${now}` })],
    ['several audiences with azp', () => ({ aud: ['x', 'y'], azp: 'client' })],
  ])('%s is accepted', async (_, change) => {
    expect(await assume(mint(claims(change())))).toMatchObject({ status: 200, result: { Audience: 'client' } });
  });
});

interface KeyRow {
  readonly name: string;
  readonly keys: PublishedKeySet['keys'];
  readonly header?: object;
  readonly message?: string;
  readonly reason: string;
}

const signing = { kid: 'RS256' };
const keyRows: readonly KeyRow[] = [
  { name: 'no key at all', keys: [], message: NO_KEY, reason: 'unknown-kid' },
  {
    name: 'an unknown kid',
    keys: [jwk(rsa1, { kid: 'a' }), jwk(rsa2, { kid: 'b' })],
    message: NO_KEY,
    reason: 'unknown-kid',
  },
  {
    name: 'a kid that is a number',
    keys: [jwk(rsa1, { kid: '1' })],
    header: { kid: 1 },
    message: NO_KEY,
    reason: 'unknown-kid',
  },
  {
    name: 'a key without modulus',
    keys: [{ kty: 'RSA', kid: 'RS256', e: 'AQAB' }],
    message: NO_KEY,
    reason: 'malformed-key',
  },
  { name: 'an EC key for an RSA token', keys: [jwk(ec256, signing)], message: NO_KEY, reason: 'unknown-kid' },
  { name: 'no kty', keys: [{ ...jwk(rsa1, signing), kty: undefined }], message: NO_KEY, reason: 'unknown-kid' },
  { name: 'another alg in the JWK', keys: [jwk(rsa1, { ...signing, alg: 'ES512' })], reason: 'allowed' },
  {
    name: 'members that are null (unconfirmed)',
    keys: [jwk(rsa1, { ...signing, use: null, key_ops: null, x5c: null, x: null })],
    reason: 'allowed',
  },
  { name: 'a lone key whose kid is null (unconfirmed)', keys: [jwk(rsa1, { kid: null })], reason: 'allowed' },
  {
    name: 'exactly 100 RSA keys',
    keys: [jwk(rsa1, signing), ...Array.from({ length: 99 }, (_, at) => jwk(rsa2, { kid: `k${at}` }))],
    reason: 'allowed',
  },
  {
    name: '101 EC keys and one RSA key',
    keys: [jwk(rsa1, signing), ...Array.from({ length: 101 }, (_, at) => jwk(ec256, { kid: `e${at}` }))],
    reason: 'allowed',
  },
  { name: 'a lone key without kid (unconfirmed)', keys: [jwk(rsa1)], reason: 'allowed' },
  {
    name: 'x5c that is no certificate',
    keys: [jwk(rsa1, { ...signing, x5c: ['AAAA'] })],
    message: NO_KEY,
    reason: 'certificate-conflict',
  },
];

describe('keys', () => {
  beforeEach(() => prepare(createHarness()));

  it.each(keyRows)('$name', async ({ keys, header, message, reason }) => {
    harness.keySets.set(ISSUER, { keys });
    const answer = await assume(mint(claims(), header));
    expect(answer).toMatchObject(message === undefined ? { status: 200 } : { status: 400, message });
    expect(harness.decisionOf(answer).reason).toBe(reason);
  });

  it.each([
    ['ES256', ec384],
    ['ES384', ec521],
    ['ES512', ec256],
  ])('%s accepts only its own curve', async (alg, key) => {
    harness.keySets.set(ISSUER, { keys: [jwk(key, { kid: alg })] });
    expect(await assume(signToken({ alg, kid: alg }, JSON.stringify(claims()), alg))).toMatchObject({
      status: 400,
      message: GENERIC_REFUSAL,
    });
  });

  it('a new key set object is read again, so a rotated key is found', async () => {
    harness.keySets.set(ISSUER, { keys: [jwk(rsa2, signing)] });
    expect((await assume(mint(claims()))).status).toBe(400);
    harness.keySets.set(ISSUER, { keys: [jwk(rsa1, signing)] });
    expect((await assume(mint(claims()))).status).toBe(200);
  });
});

describe('keys that must be fetched', () => {
  it('are awaited, and requested with iss, kid and thumbprints', async () => {
    const asked: unknown[] = [];
    const issuerKeys: IssuerKeys = async (issuer, wanted) => {
      asked.push(issuer, wanted);
      return { ok: true, source: 'remote', keySet: standardKeys() };
    };
    await prepare(createHarness({ issuerKeys }));
    expect(await assume(mint(claims()))).toMatchObject({ status: 200 });
    expect(asked).toEqual([ISSUER, { kid: 'RS256', thumbprints: [] }]);
  });

  it('that cannot be fetched give the error for a missing verification key, and the decision explains why', async () => {
    const detail = 'https://issuer.example.com/path/.well-known/openid-configuration answered 503.';
    const issuerKeys: IssuerKeys = async () => ({ ok: false, source: 'remote', reason: 'bad-status', detail });
    await prepare(createHarness({ issuerKeys }));
    const answer = await assume(mint(claims()));
    expect(answer).toMatchObject({ status: 400, code: 'InvalidIdentityToken', message: NO_KEY });
    expect(harness.decisionOf(answer)).toMatchObject({ reason: 'bad-status', explanation: [detail] });
  });

  it('are not fetched while the issuer is not registered', async () => {
    let asked = 0;
    const issuerKeys: IssuerKeys = () => {
      asked++;
      return { ok: false, source: 'none', reason: 'no-source', detail: 'none' };
    };
    await prepare(createHarness({ issuerKeys }));
    for (let at = 0; at < 1000; at++) await assume(mint(claims({ iss: `https://unknown-${at}.example` })));
    expect(asked).toBe(0);
  });
});

const NESTED = 'https://aws.amazon.com/tags';

describe('session tags of a token', () => {
  it.each([
    ['nested', { [NESTED]: { principal_tags: { Team: ['blue'] }, transitive_tag_keys: ['Team'] } }],
    ['flat', { [`${NESTED}/principal_tags/Team`]: 'blue', [`${NESTED}/transitive_tag_keys`]: ['Team'] }],
  ])('%s: are condition keys and require sts:TagSession', async (_, tags) => {
    await prepare(createHarness(), {
      StringEquals: { 'aws:RequestTag/Team': 'blue' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['Team'], 'sts:TransitiveTagKeys': ['Team'] },
    });
    expect(await assume(mint(claims(tags)))).toMatchObject({ status: 200 });
    expect(await assume(mint(claims()))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('are refused without sts:TagSession in the trust policy (text unconfirmed)', async () => {
    await prepare(createHarness(), undefined, 'sts:AssumeRoleWithWebIdentity');
    const tagged = mint(claims({ [NESTED]: { principal_tags: { Team: ['blue'] } } }));
    expect(await assume(tagged)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Not authorized to perform sts:TagSession',
    });
    expect((await assume(mint(claims()))).status).toBe(200);
  });

  it.each([
    ['a bare string', { principal_tags: { Team: 'blue' } }, 'principal_tags passed in claim is not in correct format.'],
    [
      'two values',
      { principal_tags: { Team: ['a', 'b'] } },
      'principal_tags passed in claim is not in correct format.',
    ],
    [
      'keys that differ only in letter case (unconfirmed)',
      { principal_tags: { Team: ['a'], team: ['b'] } },
      'Session tags passed in claim are not in correct format.',
    ],
    [
      'more than fifty (unconfirmed)',
      { principal_tags: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, ['v']])) },
      'Session tags passed in claim are not in correct format.',
    ],
  ])('%s is refused', async (_, tags, message) => {
    await prepare(createHarness());
    expect(await assume(mint(claims({ [NESTED]: tags })))).toMatchObject({
      status: 400,
      code: 'InvalidIdentityToken',
      message,
    });
  });
});

describe('condition keys', () => {
  it.each([
    [
      'aud, oaud and azp',
      { aud: 'original', azp: 'client' },
      { StringEquals: { 'issuer.example.com/path:aud': 'client', 'issuer.example.com/path:oaud': 'original' } },
    ],
    [
      'amr, multi-valued',
      { amr: ['mfa', 'pwd'] },
      { 'ForAnyValue:StringEquals': { 'issuer.example.com/path:amr': 'mfa' } },
    ],
    ['email', { email: 'a@b.example' }, { StringEquals: { 'issuer.example.com/path:email': 'a@b.example' } }],
    [
      'PrincipalType, userid and no PrincipalArn',
      {},
      {
        StringEquals: { 'aws:PrincipalType': 'User', 'aws:userid': PROVIDER, 'aws:PrincipalAccount': ACCOUNT },
        Null: { 'aws:PrincipalArn': 'true' },
      },
    ],
    ['sts:RoleSessionName', {}, { StringEquals: { 'sts:RoleSessionName': 'session' } }],
    [
      'source identity',
      { 'https://aws.amazon.com/source_identity': 'anna' },
      { StringEquals: { 'sts:SourceIdentity': 'anna' } },
    ],
  ])('%s', async (_, change, condition) => {
    await prepare(createHarness(), condition);
    expect(await assume(mint(claims(change)))).toMatchObject({ status: 200 });
  });

  it('no other claim is a condition key', async () => {
    await prepare(createHarness(), { StringEquals: { 'issuer.example.com/path:repository': 'o/r' } });
    expect(await assume(mint(claims({ repository: 'o/r' })))).toMatchObject({ status: 403 });
  });

  it('{"AWS":"*"} does not match a web identity', async () => {
    harness = createHarness();
    now = Math.floor(harness.clock.now() / 1000);
    harness.keySets.set(ISSUER, standardKeys());
    await harness.iam('CreateOpenIDConnectProvider', { Url: ISSUER, 'ClientIDList.member.1': 'client' });
    await createRole({ AWS: '*' });
    expect(await assume(mint(claims()))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('the session keeps aud, sub and amr', async () => {
    await prepare(createHarness());
    const answer = await assume(mint(claims({ email: 'a@b.example' })));
    const { sessionToken = '' } = credentialsOf(answer);
    const { decryptSession } = await import('../../src/authorization/principals.ts');
    expect(decryptSession(sessionToken, harness.deps.sealer)?.claims).toEqual({
      'issuer.example.com/path:aud': 'client',
      'issuer.example.com/path:sub': 'subject',
    });
  });
});

describe('built-in providers', () => {
  it('Google needs no OIDC provider; the trust policy restricts the audience', async () => {
    harness = createHarness();
    now = Math.floor(harness.clock.now() / 1000);
    harness.keySets.set('https://accounts.google.com', standardKeys());
    await createRole({ Federated: 'accounts.google.com' }, { StringEquals: { 'accounts.google.com:aud': 'app' } });
    const google = { iss: 'https://accounts.google.com', aud: 'app' };
    expect(await assume(mint(claims(google)))).toMatchObject({
      status: 200,
      result: { Provider: 'accounts.google.com', Audience: 'app' },
    });
    expect(await assume(mint(claims({ ...google, aud: 'other' })))).toMatchObject({ status: 403 });
  });

  it.each([
    ['www.amazon.com', 'user_id'],
    ['graph.facebook.com', 'id'],
  ] as const)('%s takes configured opaque tokens', async (provider, key) => {
    const opaqueTokens = [{ provider, token: 'Atza|opaque', appId: 'app', userId: 'user' }];
    harness = createHarness({ settings: { opaqueTokens } });
    const Condition = { StringEquals: { [`${provider}:app_id`]: 'app', [`${provider}:${key}`]: 'user' } };
    await createRole({ Federated: provider }, Condition);
    expect(await assume('Atza|opaque', { ProviderId: provider })).toMatchObject({
      status: 200,
      result: { Provider: provider, Audience: 'app', SubjectFromWebIdentityToken: 'user' },
    });
    expect(await assume('Atza|other', { ProviderId: provider })).toMatchObject({
      code: provider === 'www.amazon.com' ? 'InvalidIdentityToken' : 'IDPRejectedClaim',
    });
  });
});

describe('time', () => {
  it('a token issued yesterday is refused with the recorded message', async () => {
    await prepare(createHarness());
    const token = mint(claims());
    harness.clock.advance(86_400_000);
    const later = now + 86_400;
    expect(await assume(token)).toMatchObject({
      code: 'ExpiredTokenException',
      message: `Token expired: current date/time ${later - 300} must be before the expiration date/time ${now + 300}`,
    });
  });

  it('two hours later, a one-hour session has expired although the client signs with real time', async () => {
    await prepare(createHarness());
    const session = credentialsOf(await assume(mint(claims())));
    harness.clock.advance(7_200_000);
    expect(await harness.sts('GetCallerIdentity', {}, session)).toMatchObject({ status: 403, code: 'ExpiredToken' });
  });
});

describe('claims that AWS supports for some issuers', () => {
  it.each([
    ['https://token.actions.githubusercontent.com', 'repository', true],
    ['https://token.actions.githubusercontent.com/octo-enterprise', 'repository', true],
    ['https://token.actions.octocorp.ghe.com', 'ref', true],
    ['https://token.actions.githubusercontent.com', 'event_name', false],
    ['https://gitlab.com', 'namespace_id', true],
    ['https://gitlab.com', 'project_path', false],
    ['https://agent.blue.buildkite.dev', 'pipeline_slug', true],
    ['https://idcs-abc.identity.oraclecloud.com', 'rpst_id', true],
    ['https://issuer.example.com', 'repository', false],
  ])('%s: %s is a condition key: %s', async (iss, claim, known) => {
    harness = createHarness();
    now = Math.floor(harness.clock.now() / 1000);
    harness.keySets.set(iss, standardKeys());
    await harness.iam('CreateOpenIDConnectProvider', { Url: iss, 'ClientIDList.member.1': 'client' });
    const host = iss.slice('https://'.length);
    await createRole(
      { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${host}` },
      { StringEquals: { [`${host}:${claim}`]: 'value' }, StringLike: { [`${host}:sub`]: 'subject' } },
    );
    expect((await assume(mint(claims({ iss, [claim]: 'value' })))).status).toBe(known ? 200 : 403);
  });
});
