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
import type { CallView } from '../../src/console/api/types.ts';
import { evaluateWebIdentity, trustPolicyError } from '../../src/console/model/local-decision.ts';
import type { Decision } from '../../src/policy/decision.ts';
import { ec256, jwk, signToken } from '../sts/tokens.ts';
import { ACCOUNT, useEmulator } from '../support/emulator.ts';

const ISSUER = 'https://ci.example.com';
const PREFIX = 'ci.example.com';
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${PREFIX}`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const NOW = 1_772_445_600;
const TAGS = 'https://aws.amazon.com/tags';

const bed = await useEmulator();
const iam = bed.iam();

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
        weight: 1,
        arbitrary: values(
          { principal_tags: { team: 'blue' } },
          { principal_tags: { team: ['a'], TEAM: ['b'] } },
          { principal_tags: { 'a!': ['b'] } },
          { principal_tags: {}, transitive_tag_keys: ['team'] },
          { principal_tags: { a: ['x'.repeat(256)], b: ['y'.repeat(256)] } },
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

const requests = fc.record({
  roleArn: mostly(
    fc.constant(ROLE),
    values(
      `${ROLE}s`,
      ROLE.replace(ACCOUNT, '111122223333'),
      `arn:aws:iam::${ACCOUNT}:user/deploy-user`,
      'not an ARN, but long enough',
      'deploy',
    ),
  ) as fc.Arbitrary<string>,
  sessionName: mostly(values('job-1', 'cli'), values('a b', 'x', 'é'.repeat(70))) as fc.Arbitrary<string>,
});

interface Outcome {
  readonly allowed: boolean;
  readonly error: Decision['error'];
}

/** The three answers to one call. */
async function answers(
  token: string,
  tokenClaims: object,
  request: { roleArn: string; sessionName: string },
  trust: string,
  view: CallView,
) {
  const { errorTexts, isoTime, ...seen } = view;
  const page = evaluateWebIdentity({
    claims: { ...tokenClaims },
    token,
    provider: { issuer: ISSUER, arn: PROVIDER, clientIds: ['sts.amazonaws.com'] },
    role: ROLE,
    requestedRole: request.roleArn,
    sessionName: request.sessionName,
    trust,
    call: { ...seen, isoTime, now: Date.parse(isoTime) },
    errorTexts,
  });
  const { body: explained } = await bed.control('POST', '/explain', {
    action: 'AssumeRoleWithWebIdentity',
    roleArn: request.roleArn,
    roleSessionName: request.sessionName,
    webIdentityToken: token,
  });
  const reply = await bed.form({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: request.roleArn,
    RoleSessionName: request.sessionName,
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

/** Key and signature are the only checks that a page cannot make. */
const comparable = ({ steps }: Pick<Decision, 'steps'>) =>
  steps.filter(({ name }) => name !== 'key' && name !== 'signature').map(({ name, ok, code }) => ({ name, ok, code }));

const RUNS = 500;

/** Sets up the issuer, its provider and the role. */
async function setUp(): Promise<void> {
  await bed.control('PUT', '/clock', { now: NOW * 1000, frozen: true });
  const keys = [jwk(ec256, { kid: 'k', alg: 'ES256', use: 'sig' })];
  expect(await bed.control('PUT', '/issuers/ci', { issuer: ISSUER, jwks: { keys } })).toMatchObject({ status: 200 });
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: ['sts.amazonaws.com'] }));
  await iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: document([]) }));
}

/** Saves the trust policy. Returns the message of IAM when it rejects the policy. */
const update = (trust: string): Promise<string | undefined> =>
  iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'deploy', PolicyDocument: trust })).then(
    () => undefined,
    (error: unknown) => (error instanceof MalformedPolicyDocumentException ? error.message : Promise.reject(error)),
  );

const document = (statements: readonly object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Principal: { AWS: ACCOUNT }, Action: 'sts:TagSession' }, ...statements],
  });

it(`the page, explain and the wire give ${RUNS} generated calls the same verdict, code and message`, async () => {
  await setUp();
  const { body: view } = await bed.control('GET', '/call-context');
  const seen = new Map<string, number>();
  const property = fc.asyncProperty(claims, policies, requests, async (members, statements, request) => {
    const trust = document(statements);
    const rejected = await update(trust);
    expect(trustPolicyError(trust)).toBe(rejected);
    fc.pre(rejected === undefined);
    const token = signToken({ alg: 'ES256', kid: 'k' }, JSON.stringify(members), 'ES256');
    const { page, explained, wire } = await answers(token, members, request, trust, view as CallView);
    const { allowed, error } = page;
    expect({ allowed, error }).toEqual(wire);
    expect({ allowed: explained.allowed, error: explained.error }).toEqual(wire);
    expect(comparable(page)).toEqual(comparable(explained));
    expect(page.explanation).toEqual(explained.explanation);
    const reason = page.steps.find(step => !step.ok)?.code ?? 'allowed';
    seen.set(reason, (seen.get(reason) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: RUNS });
  // The generated calls reach every check of the page, and many pass all of them.
  expect(seen.get('allowed')).toBeGreaterThan(RUNS / 20);
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(REASONS));
}, 120_000);

/** A reason of each check; the rarer ones may be absent from a random run. */
const REASONS = ['constraint', 'implicit-deny', 'missing-claim', 'unknown-role', 'wrong-audience'];
