/** Access rules of the server: allowed hosts, browser requests and the admin token. */
import { describe, expect, it } from 'vitest';
import { startRolecall } from '../../src/index.ts';
import { useEmulator } from '../support/emulator.ts';
import { rawCall } from '../support/raw-call.ts';

const bed = await useEmulator({ allowedHosts: ['ci.example.com'] });

const call = (path: string, headers: Record<string, string>, method = 'GET') =>
  rawCall(new URL(path, bed.rolecall.url), { method, headers });

describe('hosts', () => {
  it('binds loopback', () => {
    expect(new URL(bed.rolecall.url).hostname).toBe('127.0.0.1');
  });

  it.each([
    ['loopback', 'localhost:4592'],
    ['an IPv4 literal', '10.0.0.7'],
    ['an IPv6 literal', '[::1]:4592'],
    ['a single label', 'rolecall:4592'],
    ['a single label of digits, as containers may have', '123456789012'],
    ['an AWS name', 'sts.eu-west-1.amazonaws.com'],
    ['a configured name', 'ci.example.com'],
    ['a configured name in capitals', 'CI.Example.com'],
  ])('serves %s', async (_, host) => {
    expect((await call('/_rolecall/health', { host })).status).toBe(200);
  });

  it.each([
    '127.0.0.1:99999',
    'localhost:65536',
    '[::1]:99999',
    'evil.example.com',
    'sts.amazonaws.com.evil.test',
    'sts.moon-1.amazonaws.com.',
    'bad host',
    'a.b:99:99',
  ])('answers 421 to %s', async host => {
    expect((await call('/_rolecall/health', { host })).status).toBe(421);
  });

  it('serves a hosted issuer under its real name', async () => {
    const answer = await call('/.well-known/openid-configuration', { host: 'token.actions.githubusercontent.com' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ issuer: 'https://token.actions.githubusercontent.com' });
  });

  it('serves a hosted issuer whose iss has a path under its real name', async () => {
    const answer = await call('/oauth2/default/.well-known/openid-configuration', { host: 'example.okta.com' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ issuer: 'https://example.okta.com/oauth2/default' });
  });

  it('serves an issuer under its real name from its declaration to its removal', async () => {
    const document = () => call('/.well-known/openid-configuration', { host: 'issuer.example.net' });
    expect((await document()).status).toBe(421);
    bed.rolecall.issuers.put('declared-later', { issuer: 'https://issuer.example.net' });
    expect((await document()).status).toBe(200);
    bed.rolecall.issuers.remove('declared-later');
    expect((await document()).status).toBe(421);
  });

  it('is a metadata server only for clients that check for one', async () => {
    const found = await call('/', { 'metadata-flavor': 'Google' });
    expect([found.status, found.headers['metadata-flavor']]).toEqual([200, 'Google']);
    const named = await call('/', { 'metadata-flavor': 'Google', host: 'metadata.google.internal' });
    expect([named.status, named.headers['metadata-flavor']]).toEqual([200, 'Google']);
    expect((await call('/', {})).status).toBe(302);
  });
});

describe('cross-site calls', () => {
  it.each([
    ['a foreign origin', { origin: 'https://evil.example.com' }],
    ['a null origin', { origin: 'null' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }],
    ['a same-site fetch', { 'sec-fetch-site': 'same-site' }],
  ])('of the control API are refused: %s', async (_, headers) => {
    const answer = await call('/_rolecall/issuers', { host: new URL(bed.rolecall.url).host, ...headers });
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('from its own pages are allowed', async () => {
    const answer = await call('/_rolecall/issuers', {
      host: new URL(bed.rolecall.url).host,
      origin: bed.rolecall.url,
      'sec-fetch-site': 'same-origin',
    });
    expect(answer.status).toBe(200);
  });

  it('of unsigned STS operations are allowed, because browser applications federate too', async () => {
    const preflight = await call(
      '/',
      { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
      'OPTIONS',
    );
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('*');
  });

  it('of discovery and key sets are allowed', async () => {
    const answer = await call('/idp/github-actions/.well-known/openid-configuration', {
      origin: 'https://app.example.com',
    });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });
});

describe('the administrator token', () => {
  it('is required if set, except for the health check', async () => {
    const guarded = await startRolecall({ adminToken: 'let-me-in' });
    try {
      const status = async (path: string, authorization?: string) =>
        (
          await fetch(
            `${guarded.url}/_rolecall${path}`,
            authorization === undefined ? {} : { headers: { authorization } },
          )
        ).status;
      expect(await status('/health')).toBe(200);
      expect(await status('/issuers')).toBe(401);
      expect(await status('/issuers', 'Bearer wrong')).toBe(401);
      expect(await status('/issuers', 'Basic let-me-in')).toBe(401);
      expect(await status('/issuers', 'Bearer let-me-in')).toBe(200);
    } finally {
      await guarded.close();
    }
  });
});
