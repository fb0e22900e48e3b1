/** Requirements for every issuer: iss does not depend on the request; errors name the cause; unknown issuers cause no fetch. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/idp/presets.ts';
import { ACCOUNT, AUDIENCE, refusal, useEmulator } from '../support/emulator.ts';

const EVIL = 'evil.example';
const bed = await useEmulator({ allowedHosts: [EVIL] });

/** GET with another Host header. */
function getAs(host: string, path: string): Promise<string> {
  return new Promise((done, fail) => {
    const { hostname, port } = new URL(bed.rolecall.url);
    const sent = httpRequest({ hostname, port, path, headers: { host } }, async answer => {
      done((await answer.setEncoding('utf8').toArray()).join(''));
    });
    sent.once('error', fail).end();
  });
}

const documentAs = async (host: string, id: string): Promise<Record<string, unknown>> =>
  JSON.parse(await getAs(host, `/idp/${id}/.well-known/openid-configuration`));
const tokenAs = async (host: string, id: string): Promise<Record<string, unknown>> =>
  decodeJwt((await getAs(host, `/_rolecall/tokens/${id}?aud=a`)).trim());

/** Registers an issuer and creates a role that trusts its subject `user-123`. */
async function createTrustingRole(iss: string, name: string): Promise<string> {
  await bed.iam().send(new CreateOpenIDConnectProviderCommand({ Url: iss, ClientIDList: [AUDIENCE] }));
  const prefix = iss.slice(iss.indexOf('//') + 2);
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${prefix}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${prefix}:sub`]: 'user-123' } },
    },
  };
  const role = { RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) };
  return (await bed.iam().send(new CreateRoleCommand(role))).Role?.Arn ?? '';
}

describe('the Host header', () => {
  it.each(PRESETS.filter(preset => preset.token !== 'opaque').map(preset => preset.id))(
    'does not change the iss of %s, in the discovery document and in the token',
    async id => {
      const iss = bed.rolecall.issuers.get(id)?.issuer;
      expect((await documentAs(EVIL, id))['issuer']).toBe(iss);
      expect((await tokenAs(EVIL, id))['iss']).toBe(iss);
    },
  );

  it('does not change an issuer whose iss is its served address', async () => {
    const { issuer } = bed.rolecall.issuers.put('op', { preset: 'custom', issuer: 'served' });
    expect(issuer).toBe(`${bed.rolecall.url}/idp/op`);
    expect((await documentAs(EVIL, 'op'))['issuer']).toBe(issuer);
    expect((await tokenAs(EVIL, 'op'))['iss']).toBe(issuer);
  });
});

describe('an exact iss', () => {
  const FORMS = [
    'https://id.example.com',
    'https://id.example.com/',
    'https://id.example.com/a',
    'https://id.example.com/A',
    'https://id.example.com/a/',
  ];

  it.each(FORMS)('%s is unchanged in discovery document, token and issuer list', async iss => {
    expect(bed.rolecall.issuers.put('one', { preset: 'custom', issuer: iss }).issuer).toBe(iss);
    expect((await documentAs('localhost', 'one'))['issuer']).toBe(iss);
    expect((await tokenAs('localhost', 'one'))['iss']).toBe(iss);
  });

  it('with a trailing slash is another issuer: a provider rejects the token of the one without', async () => {
    const [plain, slash] = ['https://id.example.com/t', 'https://id.example.com/t/'];
    bed.rolecall.issuers.put('plain', { preset: 'custom', issuer: plain });
    bed.rolecall.issuers.put('slash', { preset: 'custom', issuer: slash });
    const role = await createTrustingRole(slash, 'slash');
    const mint = async (issuer: string) => (await bed.rolecall.mint({ issuer, audience: AUDIENCE })).token;
    expect((await bed.assume(role, await mint('slash'))).accessKeyId).toMatch(/^ASIA/);
    expect(await refusal(bed.assume(role, await mint('plain')))).toMatchObject({ status: 400 });
  });
});

describe('an invalid request', () => {
  it.each<[string, string, string, unknown, number, Record<string, unknown>]>([
    [
      'unknown preset',
      'PUT',
      '/issuers/x',
      { preset: 'github-acitons' },
      400,
      { path: '/preset', suggestion: 'github-actions' },
    ],
    ['missing issuer', 'PUT', '/issuers/x', { jwks: { keys: [] } }, 400, { path: '/issuer' }],
    ['unknown issuer', 'POST', '/tokens', { issuer: 'gitlab-c' }, 404, { path: '/issuer', suggestion: 'gitlab-ci' }],
    [
      'unknown claim',
      'POST',
      '/tokens',
      { issuer: 'github-actions', claims: { repositori: 'a/b' } },
      400,
      { path: '/claims/repositori', suggestion: 'repository' },
    ],
    [
      'claim of the wrong type',
      'POST',
      '/tokens',
      { issuer: 'buildkite', claims: { build_number: 'ten' } },
      400,
      { path: '/claims/build_number' },
    ],
    [
      'unknown token defect',
      'POST',
      '/tokens',
      { issuer: 'custom', faults: ['expird'] },
      400,
      { path: '/faults/0', suggestion: 'expired' },
    ],
    [
      'unknown issuer of a job',
      'POST',
      '/jobs',
      { issuer: 'github', directory: '/d' },
      404,
      { suggestion: 'github-actions' },
    ],
  ])('%s returns a JSON problem with path and suggestion', async (_case, method, path, body, status, problem) => {
    expect(await bed.control(method, path, body)).toMatchObject({ status, body: problem });
  });
});

describe('a thousand unknown issuers', () => {
  let requests = 0;
  const unknownServer = createServer((_request, response) => {
    requests += 1;
    response.end('{}');
  });
  beforeAll(() => new Promise<void>(listening => unknownServer.listen(0, '127.0.0.1', listening)));
  afterAll(() => new Promise(closed => unknownServer.close(closed)));

  it('are rejected without a fetch, and do not delay other calls', async () => {
    const base = `http://127.0.0.1:${(unknownServer.address() as AddressInfo).port}`;
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const assumeWithUnknown = async (at: number) => {
      const WebIdentityToken = await bed.mint({ iss: `${base}/${at}` });
      const form = {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: role,
        RoleSessionName: 'test',
      };
      return bed.form({ ...form, WebIdentityToken });
    };
    for (let first = 0; first < 1000; first += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => assumeWithUnknown(first + at)));
      for (const { status, text } of answers) {
        expect(status).toBe(400);
        expect(text).toContain('<Code>InvalidIdentityToken</Code>');
      }
    }
    expect(requests).toBe(0);
    expect((await bed.assume(role, await bed.mint())).accessKeyId).toMatch(/^ASIA/);
  });
});
