/** A preset is one row: an emulator that gets one more serves its issuer, tokens, jobs, provider, console form and starter. */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { startersOf } from '../../src/cli/starters.ts';
import { parseConfigText, resolveConfig } from '../../src/config/load.ts';
import { audienceFor, initialSetup } from '../../src/console/model/setup.ts';
import { createEmulator } from '../../src/emulator.ts';
import { requestVariables } from '../../src/idp/ci/platform.ts';
import { type CiProtocol, mintReply } from '../../src/idp/ci/protocol.ts';
import { field, number, optional, type Preset, text } from '../../src/idp/presets/row.ts';
import { PRESETS } from '../../src/idp/presets.ts';
import type { IssuerView } from '../../src/idp/types.ts';

const builds: CiProtocol = {
  method: 'POST',
  path: '/builds/:build/token',
  answer: async ({ issuerId, headers, path }, deps) => {
    const read = deps.jobs.read(headers.authorization ?? '', issuerId);
    if ('refused' in read) return { status: 418, body: { why: read.refused } };
    const claims = { ...read.job.claims, build: Number(path['build']) };
    const request = { issuer: issuerId, claims, audience: 'vault' };
    return mintReply(
      deps,
      request,
      ({ token }) => ({ status: 203, body: { jwt: token } }),
      (status, why) => ({ status, body: { why } }),
    );
  },
};

const metadata: CiProtocol = {
  method: 'GET',
  path: '/acme/v1/team',
  answer: async ({ issuerId }) => ({ status: 200, body: `team of ${issuerId}` }),
};

const ACME: Preset = {
  id: 'acme-ci',
  title: 'Acme CI',
  verification: 'unconfirmed',
  issuer: 'https://ci.${region}.acme.example',
  parameters: { region: 'north' },
  audience: null,
  audienceForm: 'array',
  lifetime: 120,
  notBefore: -30,
  alg: 'RS256',
  header: ['kid', 'typ'],
  claims: ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', text('team', 'blue'), number('build', 7), text('tool', 'acme')],
  inputs: [optional('branch', 'main')],
  subjects: [
    { when: 'branch', applies: facts => facts.given('branch'), form: 'team:${team}:branch:${branch}' },
    { when: 'no branch', form: 'team:${team}' },
  ],
  keys: { kid: 'uuid', x5c: true, decoys: [4096] },
  endpoints: { jwks_uri: '${issuer}/acme-keys', token_endpoint: '${issuer}/acme-token' },
  discovery: { acme_version: 3 },
  delivery: 'POST $ACME_URL',
  protocols: [builds, metadata, { ...metadata, path: '/' }],
  platform: requestVariables(job => ({
    ACME_URL: job.at('/builds/42/token'),
    ACME_TOKEN: job.jobToken(),
    ACME_AUDIENCE: job.awsAudience,
  })),
  provider: { client: 'tool', scope: 'may', scopeIsList: true, clientIsSubject: true },
  metadataServer: {
    host: 'metadata.acme.internal',
    root: '/acme/v1/',
    isPing: ({ url, headers }) => url === '/' && headers['x-acme'] === 'ping',
  },
  form: { fields: [field('team', 'Team', 'blue'), field('branch', 'Branch', 'main')], subject: 'team:blue' },
  starter: {
    title: 'Acme CI deploys to AWS',
    text: `accounts:
  '000000000000':
    oidcProviders:
      - url: \${iss}
        clientIds: ['\${audience}']
    roles:
      - name: deploy
        trust:
          Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Principal: { Federated: 'arn:aws:iam::000000000000:oidc-provider/\${provider}' }
              Action: sts:AssumeRoleWithWebIdentity
              Condition: { StringEquals: { '\${provider}:sub': 'team:blue' } }
`,
  },
  aws: { kind: 'accepted', clientId: 'aws-${region}' },
  unconfirmed: [],
  sources: [],
};

const starter = startersOf([ACME]).get('acme-ci') ?? '';
const { app, control, close } = await createEmulator(
  resolveConfig({
    ...parseConfigText(starter, 'starter.yaml'),
    logLevel: 'silent',
    publicUrl: 'http://localhost:4592',
  }),
  { presets: [...PRESETS, ACME] },
);
afterAll(close);

const JSON_TYPE = { 'content-type': 'application/json' };
const post = (url: string, payload: object) => app.inject({ method: 'POST', url, headers: JSON_TYPE, payload });
const mint = async (request: object) => (await post('/_rolecall/tokens', { issuer: 'acme-ci', ...request })).json();
const keys = async () => (await app.inject('/idp/acme-ci/acme-keys')).json() as JSONWebKeySet;

describe('a preset that is declared outside the package', () => {
  it('has a discovery document, and a key set in its formats', async () => {
    expect((await app.inject('/idp/acme-ci/.well-known/openid-configuration')).json()).toEqual({
      issuer: 'https://ci.north.acme.example',
      jwks_uri: 'http://localhost:4592/idp/acme-ci/acme-keys',
      token_endpoint: 'http://localhost:4592/idp/acme-ci/acme-token',
      acme_version: 3,
    });
    const { header } = await mint({ audience: 'x' });
    const own = (await keys()).keys.filter(({ kid }) => kid === header.kid);
    const decoys = (await keys()).keys.filter(({ kid }) => kid !== header.kid);
    const size = (bits: number) => expect.stringMatching(new RegExp(`^[\\w-]{${Math.ceil(bits / 6)}}$`));
    const x5c = [expect.stringMatching(/^MII/)];
    expect(header.kid).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(own).toMatchObject([{ kty: 'RSA', alg: 'RS256', n: size(2048), x5c }]);
    expect(decoys).toMatchObject([{ kty: 'RSA', n: size(4096) }]);
    const atRealHost = await app.inject({ url: '/acme-keys', headers: { host: 'ci.north.acme.example' } });
    expect(atRealHost.json()).toEqual(await keys());
  });

  it('mints its claims in its order, with its header, lifetime and subjects', async () => {
    const { token, claims } = await mint({ audience: 'x', claims: { branch: 'dev', build: 8 } });
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await keys()));
    expect(Object.keys(protectedHeader)).toEqual(['alg', 'kid', 'typ']);
    expect(payload).toEqual({
      iss: 'https://ci.north.acme.example',
      sub: 'team:blue:branch:dev',
      aud: ['x'],
      iat: claims.iat,
      nbf: claims.iat - 30,
      exp: claims.iat + 120,
      team: 'blue',
      build: 8,
      tool: 'acme',
    });
    expect(Object.keys(payload)).toEqual(['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'team', 'build', 'tool']);
  });

  it('names its claims, and the audience of its guide, in refusals', async () => {
    expect(await mint({ audience: 'x', claims: { taem: 'red' } })).toMatchObject({ suggestion: 'team' });
    expect(await mint({ audience: 'x', claims: { team: 1 } })).toMatchObject({
      code: 'wrong-type',
      path: '/claims/team',
    });
    expect(await mint({})).toMatchObject({ code: 'missing-parameter', suggestion: 'aws-north' });
  });

  it('converts the texts of a query to its claim types', async () => {
    const { payload } = await app.inject('/_rolecall/tokens/acme-ci?aud=x&build=9');
    const claims = JSON.parse(Buffer.from(payload.split('.')[1] ?? '', 'base64url').toString());
    expect(claims.build).toBe(9);
  });

  it('can be declared again with other parameters, also for another id', async () => {
    const put = (id: string, payload: object) =>
      app.inject({ method: 'PUT', url: `/_rolecall/issuers/${id}`, headers: JSON_TYPE, payload });
    const declared = await put('acme-south', { preset: 'acme-ci', parameters: { region: 'south' } });
    expect(declared.json()).toMatchObject({ issuer: 'https://ci.south.acme.example', awsAudience: 'aws-south' });
    expect((await put('acme-west', { preset: 'acme-c' })).json()).toMatchObject({ suggestion: 'acme-ci' });
  });

  it('gives a job its environment, and the job a token at its endpoint', async () => {
    const job = await post('/_rolecall/jobs', { issuer: 'acme-ci', claims: { team: 'red' }, directory: '/tmp/job' });
    const { variables, files } = job.json();
    expect(files).toEqual([]);
    expect(variables.ACME_AUDIENCE).toBe('aws-north');
    const { pathname } = new URL(variables.ACME_URL);
    const request = (authorization: string) =>
      app.inject({ method: 'POST', url: pathname, headers: { authorization } });
    const answered = await request(variables.ACME_TOKEN);
    expect(answered.statusCode).toBe(203);
    const { payload } = await jwtVerify(answered.json().jwt, createLocalJWKSet(await keys()));
    expect(payload).toMatchObject({ team: 'red', build: 42, aud: ['vault'], sub: 'team:red' });
    expect((await request('another token')).statusCode).toBe(418);
    expect((await app.inject({ method: 'POST', url: '/idp/gitlab-ci/builds/42/token' })).statusCode).toBe(404);
  });

  it('answers as an OpenID provider, with its names for the client and the scope', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'robot', client_secret: 's', scope: 'read write' };
    const answered = await app.inject({
      method: 'POST',
      url: '/idp/acme-ci/acme-token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(form).toString(),
    });
    const { payload } = await jwtVerify(answered.json().access_token, createLocalJWKSet(await keys()));
    expect(payload).toMatchObject({ sub: 'robot', tool: 'robot', may: ['read', 'write'] });
  });

  it('is a metadata server by host name, path and ping', async () => {
    const answers = [
      await app.inject({ url: '/acme/v1/team', headers: { host: 'metadata.acme.internal' } }),
      await app.inject('/acme/v1/team'),
      await app.inject({ url: '/', headers: { 'x-acme': 'ping' } }),
    ];
    expect(answers.map(({ payload }) => payload)).toEqual(Array(3).fill('team of acme-ci'));
  });

  it('gives the console its form and its audience', async () => {
    const { issuers } = (await app.inject('/_rolecall/issuers')).json() as { issuers: IssuerView[] };
    const view = issuers.find(({ id }) => id === 'acme-ci');
    if (view === undefined) throw new Error('the issuer is not listed');
    expect(view.form?.fields.map(({ name }) => name)).toEqual(['team', 'branch']);
    expect(audienceFor(view)).toBe('aws-north');
    const { StringEquals } = JSON.parse(initialSetup(view).policy).Statement[0].Condition;
    expect(StringEquals).toEqual({
      'ci.north.acme.example:aud': 'aws-north',
      'ci.north.acme.example:sub': 'team:blue',
    });
  });

  it('has a starter, whose role its tokens for AWS may assume', async () => {
    expect(starter).toContain("clientIds: ['aws-north']");
    const assume = async (request: object) => {
      const { token: webIdentityToken } = await mint({ audience: 'aws-north', ...request });
      const roleArn = 'arn:aws:iam::000000000000:role/deploy';
      return control.explainAssume(
        { action: 'AssumeRoleWithWebIdentity', roleArn, roleSessionName: 'test', webIdentityToken },
        { sourceIp: '127.0.0.1', userAgent: 'test', secure: false },
      );
    };
    expect((await assume({})).allowed).toBe(true);
    expect((await assume({ audience: 'sts.amazonaws.com' })).allowed).toBe(false);
    expect((await assume({ claims: { team: 'red' } })).allowed).toBe(false);
  });
});
