/**
 * One decision for every way to ask for it: the function of the console's pages, `POST /_rolecall/explain` and the call on the
 * wire give the same verdict, status, code and message for generated tokens, requests and trust policies.
 */
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  MalformedPolicyDocumentException,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseStringPromise } from 'xml2js';
import type { CallView, IssuerView } from '../../src/console/api/types.ts';
import { audienceOf, evaluateWebIdentity, trustPolicyError } from '../../src/console/model/local-decision.ts';
import { evaluateSetup } from '../../src/console/model/playground-decision.ts';
import { accountOf, initialPolicy, initialSetup } from '../../src/console/model/setup.ts';
import type { Decision } from '../../src/policy/decision.ts';
import { claimChecks } from '../../src/policy/web-identity/decide.ts';
import { builtInProvider } from '../../src/policy/web-identity/token.ts';
import { ec256, jwk, signToken } from '../sts/tokens.ts';
import { ACCOUNT, useEmulator } from '../support/emulator.ts';

const ISSUER = 'https://ci.example.com';
const PREFIX = 'ci.example.com';
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${PREFIX}`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const NOW = 1_772_445_600;
const TAGS = 'https://aws.amazon.com/tags';

const bed = await useEmulator({ sts: { disabledRegions: { '444455556666': ['us-east-1'] } } });

/** `usual` in most runs, so that many calls get past the checks on the other members. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...unusual: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12 * unusual.length, arbitrary: usual }, ...unusual.map(arbitrary => ({ weight: 1, arbitrary })));
const ABSENT = Symbol('absent');
const absent = fc.constant(ABSENT);
const values = (...all: readonly unknown[]) => fc.constantFrom(...all);

const time = (usual: readonly number[]) =>
  mostly(values(...usual), absent, values(null, 'soon', 1.5, `${NOW}`, true), values(NOW - 301, NOW + 301, NOW + 300));

const claims = fc
  .record({
    iss: mostly(
      fc.constant(ISSUER),
      absent,
      values('ci.example.com', `${ISSUER}/`, '', 7, null, 'https://b.tokens.sts.global.api.aws'),
    ),
    sub: mostly(values('job:main', 'job:dev'), absent, values('', 42, null, {}, ['job:main'])),
    aud: mostly(
      values('sts.amazonaws.com', ['sts.amazonaws.com']),
      absent,
      values([], ['sts.amazonaws.com', 'vault'], 'vault', 5, null, [null]),
    ),
    azp: mostly(absent, values('sts.amazonaws.com', 'vault', '', null, 3)),
    iat: time([NOW, NOW - 30]),
    exp: time([NOW + 300, NOW + 3600, NOW + 60]),
    nbf: mostly(absent, time([NOW, NOW - 5])),
    amr: mostly(absent, values(['pwd', 'mfa'], 'mfa', null, [1, {}])),
    email: mostly(absent, values('ann@example.com', 7, null)),
    [TAGS]: fc.oneof(
      { weight: 5, arbitrary: absent },
      {
        weight: 3,
        arbitrary: values(
          { principal_tags: { team: ['blue'] } },
          { principal_tags: { team: ['blue'], Cost: ['1'] }, transitive_tag_keys: ['team'] },
        ),
      },
      {
        weight: 3,
        arbitrary: values(
          // Too large for a session.
          { principal_tags: { a: ['x'.repeat(256)], b: ['y'.repeat(256)] } },
          { principal_tags: { a: ['x'.repeat(250)], b: ['y'.repeat(250)] }, transitive_tag_keys: ['b'] },
          { principal_tags: { team: ['blue'], b: ['y'.repeat(256)], c: ['z'.repeat(256)] } },
        ),
      },
      {
        weight: 1,
        arbitrary: values(
          { principal_tags: { team: 'blue' } },
          { principal_tags: { team: ['a'], TEAM: ['b'] } },
          { principal_tags: { 'a!': ['b'] } },
          { principal_tags: {}, transitive_tag_keys: ['team'] },
          'team',
          null,
        ),
      },
    ),
    'https://aws.amazon.com/source_identity': fc.oneof(
      { weight: 6, arbitrary: absent },
      { weight: 2, arbitrary: values('ann', 'bob') },
      { weight: 1, arbitrary: values('aws:ann', 'a', 'a b', 5, null) },
    ),
    'https://aws.amazon.com/roles': fc.oneof(
      { weight: 6, arbitrary: absent },
      { weight: 2, arbitrary: values([ROLE], `x;${ROLE} `) },
      { weight: 1, arbitrary: values([`${ROLE}s`], [], 'none', 5, null) },
    ),
  })
  .map(all => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ABSENT)));

const condition = fc.constantFrom<Record<string, Record<string, string | readonly string[]>>>(
  { StringEquals: { [`${PREFIX}:sub`]: 'job:main' } },
  { StringLike: { [`${PREFIX}:sub`]: 'job:*' } },
  { StringEquals: { [`${PREFIX}:aud`]: 'sts.amazonaws.com' } },
  { 'ForAnyValue:StringEquals': { [`${PREFIX}:oaud`]: ['sts.amazonaws.com', 'vault'] } },
  { 'ForAnyValue:StringEquals': { [`${PREFIX}:amr`]: 'mfa' } },
  { StringEquals: { [`${PREFIX}:email`]: 'ann@example.com' } },
  { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
  { NotIpAddress: { 'aws:SourceIp': '127.0.0.1' } },
  { StringEquals: { 'aws:userid': PROVIDER } },
  { StringEquals: { 'aws:PrincipalType': 'User', 'aws:PrincipalAccount': ACCOUNT } },
  { Bool: { 'sts:RoleAuthorizedByIdp': 'true' } },
  { Bool: { 'sts:RoleAuthorizedByIdp': 'false' } },
  { Bool: { 'aws:SecureTransport': 'true' } },
  { Bool: { 'aws:ViaAWSService': 'false' } },
  { StringEquals: { 'aws:RequestTag/team': 'blue' } },
  { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
  { Null: { 'sts:TransitiveTagKeys': 'true' } },
  { StringEquals: { 'sts:SourceIdentity': 'ann' } },
  { StringEqualsIfExists: { 'sts:SourceIdentity': 'ann' } },
  { StringLike: { 'sts:RoleSessionName': 'job*' } },
  { DateLessThan: { 'aws:CurrentTime': '2026-03-02T10:00:01Z' } },
  { NumericGreaterThan: { 'aws:EpochTime': String(NOW) } },
  { StringEquals: { 'aws:ResourceAccount': ACCOUNT, 'aws:RequestedRegion': 'us-east-1' } },
  { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::000000000000:role/x' } },
  { StringLike: { 'aws:UserAgent': 'node*' } },
);
const statement = fc
  .record({
    Effect: fc.oneof({ weight: 9, arbitrary: fc.constant('Allow') }, { weight: 1, arbitrary: fc.constant('Deny') }),
    Principal: mostly(
      fc.constant({ Federated: PROVIDER }),
      values(
        { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/other.example.com` },
        { Federated: PROVIDER.replace(ACCOUNT, '111122223333') },
        { AWS: '*' },
        '*',
      ),
    ),
    Action: fc.constantFrom<string | readonly string[]>(
      'sts:AssumeRoleWithWebIdentity',
      ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
      ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
      ['sts:AssumeRoleWithWebIdentity', 'sts:SetSourceIdentity'],
      'sts:TagSession',
    ),
    conditions: fc.array(condition, { maxLength: 2 }),
  })
  .map(({ conditions, ...members }) => ({ ...members, Condition: Object.assign({}, ...conditions) }));
const policies = fc.array(statement, { minLength: 1, maxLength: 3 });

/** Roles that exist, by account; STS is deactivated for the last account. */
const OTHER_ACCOUNT = '111122223333';
const DISABLED_ACCOUNT = '444455556666';
const ROLES = [
  ROLE,
  `arn:aws:iam::${ACCOUNT}:role/team/blue/deploy-2`,
  `arn:aws:iam::${OTHER_ACCOUNT}:role/deploy`,
  `arn:aws:iam::${DISABLED_ACCOUNT}:role/deploy`,
];
/** A role that does not exist, and texts that cannot be the ARN of a role. */
const UNKNOWN = `${ROLE}s`;
const NO_ROLES = [
  `arn:aws:iam::${ACCOUNT}:user/deploy`,
  `arn:aws-cn:iam::${ACCOUNT}:role/deploy`,
  `arn:aws:iam:us-east-1:${ACCOUNT}:role/deploy`,
  `arn:aws:iam::${ACCOUNT}:role/`,
  'not an ARN, but long enough',
  'deploy',
];

const requests = fc.record({
  roleArn: fc.oneof(
    { weight: 12, arbitrary: fc.constant(ROLE) },
    { weight: 3, arbitrary: fc.constantFrom(...ROLES) },
    { weight: 2, arbitrary: fc.constantFrom(UNKNOWN, ...NO_ROLES) },
  ),
  sessionName: mostly(values('job-1', 'cli'), values('a b', 'x', 'é'.repeat(70))) as fc.Arbitrary<string>,
  header: mostly(
    fc.constant({ alg: 'ES256', kid: 'k' }),
    values({ alg: 'EdDSA', kid: 'k' }, { alg: 'none' }, { kid: 'k' }, { alg: 'ES256', kid: 'k', crit: ['exp'] }),
  ) as fc.Arbitrary<Readonly<Record<string, unknown>>>,
});

interface Request {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly header: Readonly<Record<string, unknown>>;
}

const CLIENT_IDS = ['sts.amazonaws.com', 'cli'];

/** The decision of the playground; for a role that does not exist, that of the lessons. */
async function pageDecision(token: string, members: object, { roleArn, sessionName, header }: Request, trust: string) {
  const view = await viewOf(accountOf(roleArn));
  const minted = { token, header, claims: { ...members }, issuer: ISSUER, expiresAt: '' };
  const setup = {
    issuer: 'ci',
    audience: '',
    clientIds: CLIENT_IDS.join(', '),
    claims: {},
    sessionName,
    policy: trust,
  };
  if (roleArn !== UNKNOWN) return evaluateSetup({ ...setup, roleArn }, minted, view);
  const { isoTime, errorTexts, ...call } = view;
  return evaluateWebIdentity({
    ...minted,
    sessionName,
    trust,
    errorTexts,
    provider: { issuer: ISSUER, clientIds: CLIENT_IDS },
    role: ROLE,
    requestedRole: UNKNOWN,
    call: { ...call, isoTime, now: Date.parse(isoTime) },
  });
}

async function viewOf(account: string): Promise<CallView> {
  const known = views.get(account);
  if (known !== undefined) return known;
  const { body } = await bed.control('GET', `/call-context?issuer=ci&account=${account}`);
  views.set(account, body as CallView);
  return body as CallView;
}
const views = new Map<string, CallView>();

interface Outcome {
  readonly allowed: boolean;
  readonly error: Decision['error'];
}

/** The three answers to one call. */
async function answers(token: string, members: object, request: Request, trust: string) {
  const { roleArn, sessionName } = request;
  const page = await pageDecision(token, members, request, trust);
  const { body: explained } = await bed.control('POST', '/explain', {
    action: 'AssumeRoleWithWebIdentity',
    roleArn,
    roleSessionName: sessionName,
    webIdentityToken: token,
  });
  const reply = await bed.form({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    WebIdentityToken: token,
  });
  return { page, explained: explained as Decision, wire: await outcomeOf(reply) };
}

async function outcomeOf({ status, text }: { status: number; text: string }): Promise<Outcome> {
  if (status === 200) return { allowed: true, error: undefined };
  const { ErrorResponse } = (await parseStringPromise(text, { explicitArray: false })) as {
    ErrorResponse: { Error: { Code: string; Message: string } };
  };
  const { Code: code, Message: message } = ErrorResponse.Error;
  return { allowed: false, error: { status, code, message } };
}

/** The steps without those of the key and the signature, which are valid here and which a page cannot check. */
const comparable = ({ steps }: Pick<Decision, 'steps'>) =>
  steps.filter(({ name }) => name !== 'key' && name !== 'signature').map(({ name, ok, code }) => ({ name, ok, code }));

const RUNS = 500;
const clients = new Map(
  [ACCOUNT, OTHER_ACCOUNT, DISABLED_ACCOUNT].map(account => [
    account,
    bed.iam({ accessKeyId: account, secretAccessKey: 'test' }),
  ]),
);
const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Sets up the issuer, and a provider and the roles in each account. */
async function setUp(): Promise<void> {
  await bed.control('PUT', '/clock', { now: NOW * 1000, frozen: true });
  const keys = [jwk(ec256, { kid: 'k', alg: 'ES256', use: 'sig' })];
  expect(await bed.control('PUT', '/issuers/ci', { issuer: ISSUER, jwks: { keys } })).toMatchObject({ status: 200 });
  const provider = new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: CLIENT_IDS });
  for (const iam of clients.values()) await iam.send(provider);
  for (const arn of ROLES) {
    const Path = arn.slice(arn.indexOf(':role/') + ':role'.length, arn.lastIndexOf('/') + 1);
    const role = { RoleName: nameOf(arn), Path, AssumeRolePolicyDocument: document([]) };
    const { Role } = (await clients.get(accountOf(arn))?.send(new CreateRoleCommand(role))) ?? {};
    expect(Role?.Arn).toBe(arn);
  }
}

/** Saves the trust policy of a role. Returns the message of IAM when it rejects the policy. */
const update = async (arn: string, trust: string): Promise<string | undefined> => {
  const policy = new UpdateAssumeRolePolicyCommand({ RoleName: nameOf(arn), PolicyDocument: trust });
  return await clients
    .get(accountOf(arn))
    ?.send(policy)
    .then(
      () => undefined,
      (error: unknown) => (error instanceof MalformedPolicyDocumentException ? error.message : Promise.reject(error)),
    );
};

const document = (statements: readonly object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Principal: { AWS: ACCOUNT }, Action: 'sts:TagSession' }, ...statements],
  });

/** The checks that a page makes and that can refuse. */
const REFUSING = ['parameters', ...claimChecks.map(({ name }) => name).filter(name => name !== 'provider')];

it(`the page, explain and the wire give ${RUNS} generated calls the same verdict, code and message`, async () => {
  await setUp();
  const refused = new Set<string>();
  let allowedCalls = 0;
  const property = fc.asyncProperty(claims, policies, requests, async (members, statements, request) => {
    const trust = document(statements).replaceAll(ACCOUNT, accountOf(request.roleArn) || ACCOUNT);
    const existing = ROLES.includes(request.roleArn) ? request.roleArn : ROLE;
    const rejected = await update(existing, trust);
    expect(trustPolicyError(trust)).toBe(rejected);
    fc.pre(rejected === undefined);
    const token = signToken(request.header, JSON.stringify(members), 'ES256');
    const { page, explained, wire } = await answers(token, members, request, trust);
    const { allowed, error } = page;
    expect({ allowed, error }).toEqual(wire);
    expect({ allowed: explained.allowed, error: explained.error }).toEqual(wire);
    expect(comparable(page)).toEqual(comparable(explained));
    const failed = page.steps.find(step => !step.ok)?.name;
    // The page does not know the other roles and providers of the server, which suggestions name.
    if (failed !== 'role' && failed !== 'issuer') expect(page.explanation).toEqual(explained.explanation);
    if (failed === undefined) allowedCalls++;
    else refused.add(failed);
  });
  await fc.assert(property, { numRuns: RUNS });
  expect(allowedCalls).toBeGreaterThan(RUNS / 20);
  expect([...refused].sort()).toEqual([...REFUSING].sort());
}, 120_000);

it.each([
  ['a built-in provider', 'google-service-account', undefined, true],
  ['an issuer that IAM refuses', 'plain', 'http://ci.example.com', false],
  ['an issuer whose port IAM removes', 'port', 'https://ci.example.com:443', false],
])('the playground decides like the wire for %s', async (_, id, iss, expected) => {
  if (iss !== undefined) await bed.control('PUT', `/issuers/${id}`, { preset: 'custom', issuer: iss });
  const { body } = await bed.control('GET', '/issuers');
  const issuer = (body as { issuers: IssuerView[] }).issuers.find(one => one.id === id);
  if (issuer === undefined) throw new Error(`no issuer ${id}`);
  const minted = await bed.rolecall.mint({ issuer: id, audience: 'sts.amazonaws.com' });
  const policy = initialPolicy(issuer, audienceOf(minted.claims), String(minted.claims['sub']));
  const setup = { ...initialSetup(issuer), policy, roleArn: ROLE };
  const { body: view } = await bed.control('GET', `/call-context?issuer=${id}&account=${ACCOUNT}`);
  const page = evaluateSetup(setup, minted, view as CallView);

  const { provider } = view as CallView;
  const command = new CreateOpenIDConnectProviderCommand({ Url: minted.issuer, ClientIDList: ['sts.amazonaws.com'] });
  const isBuiltIn = builtInProvider(minted.issuer) !== undefined;
  const registration = isBuiltIn
    ? 'none'
    : await bed
        .iam()
        .send(command)
        .then(
          () => 'ok',
          (error: Error) => error.message,
        );
  expect(registration).toBe(isBuiltIn ? 'none' : provider === undefined ? (view as CallView).providerError : 'ok');
  const trust = isBuiltIn ? policy : document([]);
  await bed.iam().send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: trust }));
  const reply = await bed.form({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'playground',
    WebIdentityToken: minted.token,
  });
  expect({ allowed: page.allowed, error: page.error }).toEqual(await outcomeOf(reply));
  expect(page.allowed).toBe(expected);
});
