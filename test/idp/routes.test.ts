/** The issuers over HTTP: discovery documents, key sets, real host names, CORS and errors. */
import type { FastifyInstance } from 'fastify';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/idp/presets.ts';
import { appUnderTest, idpUnderTest, NOW } from './under-test.ts';

const { idp } = idpUnderTest();
let app: FastifyInstance;
beforeAll(async () => {
  app = await appUnderTest(idp);
});
afterAll(async () => {
  await app.close();
  await idp.close();
});

const DISCOVERY = '/.well-known/openid-configuration';

describe('discovery', () => {
  it('of GitHub has the observed members', async () => {
    const { json, statusCode } = await app.inject({
      url: `/idp/github-actions${DISCOVERY}`,
      headers: { host: 'localhost:4592' },
    });
    expect(statusCode).toBe(200);
    const document = json();
    expect(Object.keys(document)).toEqual([
      ...['issuer', 'jwks_uri', 'subject_types_supported', 'response_types_supported', 'claims_supported'],
      ...['id_token_signing_alg_values_supported', 'scopes_supported'],
    ]);
    expect(document.issuer).toBe('https://token.actions.githubusercontent.com');
    expect(document.jwks_uri).toBe('http://localhost:4592/idp/github-actions/.well-known/jwks');
  });

  it('uses the Host header only in URLs, never in the issuer', async () => {
    const { json } = await app.inject({ url: `/idp/eks-irsa${DISCOVERY}`, headers: { host: 'rolecall:80' } });
    expect(json().issuer).toBe('https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E');
    expect(json().jwks_uri).toBe('http://rolecall:80/idp/eks-irsa/keys');
  });

  it('has URLs below publicUrl if set', async () => {
    const served = idpUnderTest({ publicUrl: 'https://idp.example.test' });
    const servedApp = await appUnderTest(served.idp);
    const { json } = await servedApp.inject({ url: `/idp/gitlab-ci${DISCOVERY}`, headers: { host: 'evil.example' } });
    expect(json().jwks_uri).toBe('https://idp.example.test/idp/gitlab-ci/oauth/discovery/keys');
    await servedApp.close();
    await served.idp.close();
  });

  it('has the real URLs for a client that uses the real host', async () => {
    const { json } = await app.inject({
      url: `/idp/github-actions${DISCOVERY}`,
      headers: { host: 'token.actions.githubusercontent.com' },
    });
    expect(json().jwks_uri).toBe('https://token.actions.githubusercontent.com/.well-known/jwks');
  });

  it.each(PRESETS.filter(preset => preset.token !== 'opaque').map(preset => preset.id))(
    '%s: issuer is the iss byte for byte, and its key set verifies its tokens',
    async id => {
      const document = (
        await app.inject({ url: `/idp/${id}${DISCOVERY}`, headers: { host: 'localhost:4592' } })
      ).json();
      const audience = 'sts.amazonaws.com';
      const minted = await idp.mint({ issuer: id, audience });
      expect(document.issuer).toBe(minted.claims['iss']);
      expect(document.issuer).toBe(idp.registry.get(id)?.issuer);
      const jwks = (await app.inject({ url: new URL(document.jwks_uri).pathname })).json();
      const { payload } = await jwtVerify(minted.token, createLocalJWKSet(jwks), {
        currentDate: new Date(NOW),
        issuer: document.issuer,
        audience,
      });
      expect(payload).toEqual({ ...minted.claims });
    },
  );
});

describe('real host names', () => {
  it.each([
    [
      'token.actions.githubusercontent.com',
      '/.well-known/openid-configuration',
      'github-actions',
      '/.well-known/openid-configuration',
    ],
    ['TOKEN.actions.githubusercontent.com:443', '/.well-known/jwks', 'github-actions', '/.well-known/jwks'],
    [
      'token.actions.githubusercontent.com',
      '/octo-enterprise/.well-known/jwks',
      'github-actions-enterprise',
      '/.well-known/jwks',
    ],
    ['gitlab.com', '/oauth/discovery/keys', 'gitlab-ci', '/oauth/discovery/keys'],
    ['oidc.eks.us-west-2.amazonaws.com', '/id/EXAMPLED539D4633E53DE1B716D3041E/keys?x=1', 'eks-irsa', '/keys?x=1'],
  ])('%s%s', (host, path, issuerId, local) => {
    expect(idp.routeByHost(host, path)).toEqual({ issuerId, path: local });
  });

  it.each([
    ['localhost:4592', '/.well-known/openid-configuration'],
    ['oidc.eks.us-west-2.amazonaws.com', '/id/OTHER/keys'],
    ['sts.amazonaws.com', '/'],
  ])('%s%s has no issuer', (host, path) => {
    expect(idp.routeByHost(host, path)).toBeUndefined();
  });

  it('an iss on this server does not capture its other paths', () => {
    const { idp: local } = idpUnderTest();
    local.registry.put('root', { preset: 'custom', issuer: 'http://localhost:4592' });
    expect(local.routeByHost('localhost:4592', '/_rolecall/health')).toBeUndefined();
    expect(local.routeByHost('localhost:4592', DISCOVERY)).toEqual({ issuerId: 'root', path: DISCOVERY });
  });
});

describe('manners', () => {
  it('allows browsers of any origin', async () => {
    const got = await app.inject({
      url: `/idp/github-actions${DISCOVERY}`,
      headers: { origin: 'https://app.example' },
    });
    expect(got.headers['access-control-allow-origin']).toBe('*');
    const response = await app.inject({
      method: 'OPTIONS',
      url: '/idp/github-actions/token',
      headers: { origin: 'https://app.example', 'access-control-request-headers': 'x-one' },
    });
    expect(response.statusCode).toBe(204);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'x-one',
    });
  });

  it('answers HEAD', async () => {
    expect((await app.inject({ method: 'HEAD', url: `/idp/custom${DISCOVERY}` })).statusCode).toBe(200);
  });

  it.each([
    ['/idp/github-action/.well-known/jwks', 404, { error: 'unknown-issuer', suggestion: 'github-actions' }],
    ['/idp/github-actions/nothing', 404, { error: 'unknown-path' }],
    ['/idp/', 404, { error: 'unknown-issuer' }],
    ['/idp/%zz/x', 400, {}],
  ])('%s is a JSON problem', async (url, status, body) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject(body);
  });

  it.each([
    ['application/json', '{not json'],
    ['application/xml', '<a/>'],
  ])('an invalid body of %s is a 4xx', async (type, payload) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/idp/custom/nothing',
      headers: { 'content-type': type },
      payload,
    });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });
});
