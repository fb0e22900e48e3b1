/** Keys fetched by discovery: the requests, their number, and every failure with its reason. */

import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import forge from 'node-forge';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RemoteKeys } from '../../../src/idp/issuers/remote-keys.ts';
import type { IdpSettings } from '../../../src/idp/types.ts';
import type { IssuerKeysAnswer } from '../../../src/kernel/issuer-keys.ts';

const servers: Server[] = [];
const fetchers: RemoteKeys[] = [];
afterEach(async () => {
  await Promise.all(fetchers.splice(0).map(fetcher => fetcher.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A clock whose real time the test controls. */
const time = { value: 0 };
const clock = { now: () => time.value, real: () => time.value };

function remoteKeys(settings: IdpSettings = {}): RemoteKeys {
  const fetcher = new RemoteKeys({ clock, settings });
  fetchers.push(fetcher);
  return fetcher;
}

type Handler = (request: IncomingMessage, response: ServerResponse, base: string) => void;

async function serve(handler: Handler): Promise<{ base: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    handler(request, response, base);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { base, requests };
}

/** A correct issuer; `keys` may change. */
function issuer(keys: { kid: string }[]): Handler {
  return (request, response, base) => {
    const isDiscovery = request.url?.endsWith('openid-configuration') === true;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isDiscovery ? { issuer: base, jwks_uri: `${base}/keys` } : { keys }));
  };
}

const of = (iss: string, more: { discoveryUrl?: string; allowPrivateNetwork?: boolean } = {}) => ({
  iss,
  discoveryUrl: more.discoveryUrl,
  allowPrivateNetwork: more.allowPrivateNetwork ?? false,
});
const none = { thumbprints: [] };

const keyIds = (answer: IssuerKeysAnswer): unknown => (answer.ok ? answer.keySet.keys.map(key => key['kid']) : answer);

describe('a fetch', () => {
  it('gets the discovery document, then the key set, and caches the result', async () => {
    const { base, requests } = await serve(issuer([{ kid: 'a' }]));
    const fetcher = remoteKeys();
    const first = await fetcher.keysOf(of(base), none);
    expect(first).toMatchObject({ ok: true, source: 'remote', keySet: { keys: [{ kid: 'a' }] } });
    const second = fetcher.keysOf(of(base), { ...none, kid: 'a' });
    expect(second).not.toBeInstanceOf(Promise);
    expect(requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('is shared by concurrent requests', async () => {
    const { base, requests } = await serve(issuer([{ kid: 'a' }]));
    const fetcher = remoteKeys();
    await Promise.all(Array.from({ length: 50 }, () => fetcher.keysOf(of(base), none)));
    expect(requests).toHaveLength(2);
  });

  it('is repeated for an unknown kid, but not immediately again', async () => {
    const keys = [{ kid: 'a' }];
    const { base, requests } = await serve(issuer(keys));
    const fetcher = remoteKeys();
    await fetcher.keysOf(of(base), none);
    keys.push({ kid: 'b' });
    expect(keyIds(await fetcher.keysOf(of(base), { ...none, kid: 'b' }))).toEqual(['a']);
    time.value += 6000;
    expect(keyIds(await fetcher.keysOf(of(base), { ...none, kid: 'b' }))).toEqual(['a', 'b']);
    expect(requests).toHaveLength(4);
  });

  it('that fails for an unknown kid keeps the keys, and is not repeated immediately', async () => {
    const answer = issuer([{ kid: 'a' }]);
    let isDown = false;
    const { base, requests } = await serve((request, response, address) =>
      isDown ? request.socket.destroy() : answer(request, response, address),
    );
    const fetcher = remoteKeys();
    await fetcher.keysOf(of(base), none);
    isDown = true;
    time.value += 6000;
    expect(keyIds(await fetcher.keysOf(of(base), { ...none, kid: 'b' }))).toEqual(['a']);
    expect(keyIds(await fetcher.keysOf(of(base), { ...none, kid: 'c' }))).toEqual(['a']);
    expect(requests).toHaveLength(3);
    time.value += 6000;
    await fetcher.keysOf(of(base), { ...none, kid: 'b' });
    expect(requests).toHaveLength(4);
  });

  it('is repeated when the keys are old; equal keys are the same object', async () => {
    const { base, requests } = await serve(issuer([{ kid: 'a' }]));
    const fetcher = remoteKeys();
    const first = await fetcher.keysOf(of(base), none);
    time.value += 10 * 60_000;
    const second = await fetcher.keysOf(of(base), none);
    expect(requests).toHaveLength(4);
    expect(first.ok && second.ok && first.keySet === second.keySet).toBe(true);
  });

  it('caches a failure for a while', async () => {
    const { base, requests } = await serve((_request, response) => response.writeHead(500).end());
    const fetcher = remoteKeys();
    expect(await fetcher.keysOf(of(base), none)).toMatchObject({ ok: false, reason: 'bad-status' });
    expect(fetcher.keysOf(of(base), none)).toMatchObject({ ok: false, reason: 'bad-status' });
    expect(requests).toHaveLength(1);
    time.value += 6000;
    await fetcher.keysOf(of(base), none);
    expect(requests).toHaveLength(2);
  });

  it('uses discoveryUrl if set, and requires the document of the iss', async () => {
    const { base } = await serve((request, response, address) => {
      const document =
        request.url === '/doc' ? { issuer: 'https://real.example.com', jwks_uri: `${address}/keys` } : { keys: [] };
      response.end(JSON.stringify(document));
    });
    const fetcher = remoteKeys();
    const remote = of('https://real.example.com', { discoveryUrl: `${base}/doc`, allowPrivateNetwork: true });
    expect(await fetcher.keysOf(remote, none)).toMatchObject({ ok: true });
    expect(await fetcher.keysOf({ ...remote, iss: 'https://other.example.com' }, none)).toMatchObject({
      ok: false,
      reason: 'bad-document',
      detail: `the issuer in ${base}/doc is https://real.example.com, not https://other.example.com`,
    });
  });
});

describe('invalid responses', () => {
  const big = JSON.stringify({ padding: 'x'.repeat(300 * 1024) });
  it.each<[string, Handler, string, RegExp]>([
    [
      'a redirect',
      (_q, r) => r.writeHead(302, { location: '/elsewhere' }).end(),
      'bad-status',
      /302; redirects are not followed/,
    ],
    ['an error', (_q, r) => r.writeHead(503).end(), 'bad-status', /returned status 503/],
    ['no JSON', (_q, r) => r.end('<html>'), 'bad-document', /did not return JSON/],
    ['an array', (_q, r) => r.end('[]'), 'bad-document', /not an object/],
    [
      'brackets',
      (_q, r) => r.end('['.repeat(200_000)),
      'bad-document',
      /returned JSON that nests deeper than 32 levels/,
    ],
    [
      'too many values',
      (_q, r) => r.end(`{"a":[${'0,'.repeat(60_000)}0]}`),
      'bad-document',
      /returned JSON that has more than 50000 values/,
    ],
    ['no jwks_uri', (_q, r, base) => r.end(JSON.stringify({ issuer: base })), 'bad-document', /has no jwks_uri/],
    [
      'a jwks_uri of another kind',
      (_q, r, base) => r.end(JSON.stringify({ issuer: base, jwks_uri: 'file:///etc/passwd' })),
      'bad-document',
      /not an https URL/,
    ],
    ['too much', (_q, r) => r.end(big), 'too-large', /more than 262144 bytes/],
    ['a broken connection', q => q.socket.destroy(), 'unreachable', /failed/],
    [
      'no key set',
      (q, r, base) =>
        r.end(JSON.stringify(q.url === '/keys' ? { keys: 'none' } : { issuer: base, jwks_uri: `${base}/keys` })),
      'bad-document',
      /not a key set/,
    ],
  ])('%s', async (_what, handler, reason, detail) => {
    const { base } = await serve(handler);
    const answer = await remoteKeys().keysOf(of(base), none);
    expect(answer).toMatchObject({ ok: false, source: 'remote', reason, detail: expect.stringMatching(detail) });
  });

  it('a server that responds slowly times out like one that does not respond', async () => {
    const { base } = await serve((_request, response) => void response.writeHead(200).write('{'));
    const fetcher = remoteKeys();
    const answer = fetcher.keysOf(of(base), none);
    await new Promise(resolve => setTimeout(resolve, 100));
    await fetcher.close();
    expect(await answer).toMatchObject({ ok: false, reason: 'timeout' });
  });

  it('a fetch from a server that does not respond ends on close, at the latest after five seconds', async () => {
    const { base } = await serve(() => undefined);
    const fetcher = remoteKeys();
    const answer = fetcher.keysOf(of(base), none);
    await new Promise(resolve => setTimeout(resolve, 50));
    await fetcher.close();
    expect(await answer).toMatchObject({ ok: false, reason: 'timeout' });
  });

  it('a refused connection', async () => {
    const { base } = await serve(issuer([]));
    const [server] = servers.splice(-1);
    server?.close();
    expect(await remoteKeys().keysOf(of(base), none)).toMatchObject({ ok: false, reason: 'unreachable' });
  });
});

describe('allowed addresses of a fetch', () => {
  it.each<readonly [string, string, object, string]>([
    ['a metadata address', 'https://169.254.169.254', {}, 'private-address'],
    ['a metadata address that is allowed', 'http://169.254.169.254', { allowPrivateNetwork: true }, 'private-address'],
    ...[
      '2852039166',
      '0xa9fea9fe',
      '0251.0376.0251.0376',
      '169.254.43518',
      '169.254.169.254.',
      '%31%36%39.254.169.254',
    ].map(
      host =>
        [`${host}, a metadata address`, `http://${host}`, { allowPrivateNetwork: true }, 'private-address'] as const,
    ),
    ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::', '::ffff:0:a9fe:a9fe', 'fd20:ce::254'].map(
      host =>
        [`[${host}], metadata too`, `http://[${host}]`, { allowPrivateNetwork: true }, 'private-address'] as const,
    ),
    ['Oracle’s metadata address', 'http://192.0.0.192', { allowPrivateNetwork: true }, 'private-address'],
    ['http to a public host', 'http://example.com', {}, 'no-source'],
    ['another scheme', 'ftp://example.com', {}, 'no-source'],
  ])('%s is refused', async (_what, iss, more, reason) => {
    expect(await remoteKeys().keysOf(of(iss, more), none)).toMatchObject({ ok: false, reason });
  });

  it('the URL of the keys is checked like the URL of the document', async () => {
    const { base } = await serve((_request, response, own) => {
      response.end(JSON.stringify({ issuer: own, jwks_uri: 'http://0xa9fea9fe/latest/meta-data' }));
    });
    expect(await remoteKeys().keysOf(of(base, { allowPrivateNetwork: true }), none)).toMatchObject({
      ok: false,
      reason: 'private-address',
      detail:
        '169.254.169.254 has the link-local or reserved address 169.254.169.254; fetches from such addresses are never allowed',
    });
  });

  it('a redirect is never followed', async () => {
    const { base, requests } = await serve((_request, response) => {
      response.writeHead(302, { location: 'http://2852039166/latest/meta-data' }).end();
    });
    expect(await remoteKeys().keysOf(of(base), none)).toMatchObject({
      ok: false,
      reason: 'bad-status',
      detail: `GET ${base}/.well-known/openid-configuration returned status 302; redirects are not followed`,
    });
    expect(requests).toHaveLength(1);
  });

  it('with providerUrls aws, private addresses are refused unless the issuer allows them', async () => {
    const { base, requests } = await serve(issuer([]));
    const fetcher = remoteKeys({ providerUrls: 'aws' });
    expect(await fetcher.keysOf(of(base), none)).toMatchObject({ ok: false, reason: 'no-source' });
    expect(await fetcher.keysOf(of(base.replace('http', 'https')), none)).toMatchObject({
      ok: false,
      reason: 'private-address',
      detail: expect.stringMatching(/has the private address 127\.0\.0\.1; to allow it, set allowPrivateNetwork/),
    });
    expect(requests).toEqual([]);
    expect(await fetcher.keysOf(of(base, { allowPrivateNetwork: true }), none)).toMatchObject({ ok: true });
  });

  it('the document of a public issuer may not point to the private network', async () => {
    const { base } = await serve(issuer([]));
    const remote = of('https://public.example.com', { discoveryUrl: base.replace('http', 'https') });
    expect(await remoteKeys({ providerUrls: 'aws' }).keysOf(remote, none)).toMatchObject({ reason: 'private-address' });
  });

  it('a thousand issuers cause a limited number of fetches and cache entries', async () => {
    const { base, requests } = await serve(
      (_request, response) => void setTimeout(() => response.writeHead(404).end(), 5),
    );
    const fetcher = remoteKeys();
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => fetcher.keysOf(of(`${base}/${i}`), none)));
    expect(answers.every(answer => !answer.ok)).toBe(true);
    expect(requests.length).toBeLessThanOrEqual(8 + 64);
    expect(answers.filter(answer => !answer.ok && answer.detail.includes('too many fetches')).length).toBeGreaterThan(
      900,
    );
  });
});

describe('the cache', () => {
  it('is limited in bytes: the least recently used entry is fetched again', async () => {
    const pad = 'n'.repeat(900_000);
    const { base, requests } = await serve((request, response) => {
      const iss = `${base}/${request.url?.split('/')[1]}`;
      const isDiscovery = request.url?.endsWith('openid-configuration') === true;
      response.end(
        JSON.stringify(isDiscovery ? { issuer: iss, jwks_uri: `${iss}/keys` } : { keys: [{ kid: 'a', pad }] }),
      );
    });
    const fetcher = remoteKeys();
    for (let at = 0; at < 30; at++) expect(await fetcher.keysOf(of(`${base}/${at}`), none)).toMatchObject({ ok: true });
    expect(fetcher.kept.bytes).toBeLessThanOrEqual(16 * 1_048_576);
    expect(fetcher.kept.outcomes).toBe(18);
    const before = requests.length;
    expect(fetcher.keysOf(of(`${base}/29`), none)).toMatchObject({ ok: true });
    expect(requests).toHaveLength(before);
    await fetcher.keysOf(of(`${base}/0`), none);
    expect(requests).toHaveLength(before + 2);
    fetcher.reset();
    expect(fetcher.kept).toEqual({ outcomes: 0, bytes: 0 });
  });

  it('keeps no signal of a finished fetch', async () => {
    const composed = vi.spyOn(AbortSignal, 'any');
    const { base } = await serve(issuer([{ kid: 'a' }]));
    const fetcher = remoteKeys();
    for (let at = 0; at < 20; at++) {
      time.value += 600_000;
      await fetcher.keysOf(of(base), none);
    }
    expect(composed).not.toHaveBeenCalled();
    composed.mockRestore();
  });

  it('ends with the instance, even during a fetch', async () => {
    const { base } = await serve(() => undefined);
    const fetcher = remoteKeys();
    const answer = fetcher.keysOf(of(base), none);
    await fetcher.close();
    expect(await answer).toMatchObject({ ok: false, reason: 'timeout' });
    expect(await fetcher.keysOf(of(`${base}/other`), none)).toMatchObject({ ok: false, reason: 'timeout' });
  });
});

describe('certificates outside the trust store', () => {
  const { key, cert } = selfSigned('localhost');
  const fingerprint = createHash('sha1').update(new X509Certificate(cert).raw).digest('hex');

  async function serveTls(): Promise<string> {
    const server = createTlsServer({ key, cert }, (request, response) =>
      issuer([{ kid: 'a' }])(request, response, base),
    );
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `https://localhost:${(server.address() as AddressInfo).port}`;
    return base;
  }

  it('require a thumbprint of the provider, which is not case-sensitive', async () => {
    const base = await serveTls();
    const fetcher = remoteKeys();
    expect(await fetcher.keysOf(of(base), none)).toMatchObject({
      ok: false,
      reason: 'thumbprint',
      detail: expect.stringContaining(fingerprint),
    });
    expect(fetcher.keysOf(of(base), { thumbprints: ['0'.repeat(40)] })).toMatchObject({
      ok: false,
      reason: 'thumbprint',
    });
    expect(fetcher.keysOf(of(base), { thumbprints: [fingerprint.toUpperCase()] })).toMatchObject({ ok: true });
  });

  it('require none if the authority is configured', async () => {
    const base = await serveTls();
    expect(await remoteKeys({ certificateAuthorities: [cert] }).keysOf(of(base), none)).toMatchObject({ ok: true });
  });

  it('for another name are refused, even with a thumbprint', async () => {
    const base = (await serveTls()).replace('localhost', '127.0.0.1');
    expect(await remoteKeys().keysOf(of(base), { thumbprints: [fingerprint] })).toMatchObject({
      ok: false,
      reason: 'unreachable',
    });
  });
});

function selfSigned(name: string): { key: string; cert: string } {
  const pair = forge.pki.rsa.generateKeyPair(2048);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = pair.publicKey;
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(2020, 0, 1);
  certificate.validity.notAfter = new Date(2099, 0, 1);
  const subject = [{ name: 'commonName', value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
  ]);
  certificate.sign(pair.privateKey, forge.md.sha256.create());
  return { key: forge.pki.privateKeyToPem(pair.privateKey), cert: forge.pki.certificateToPem(certificate) };
}
