/** HTTPS: certificate chains by name, trust and validity, configured authorities, and the thumbprint that STS checks. */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent as HttpAgent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.ts';
import { startRolecall } from '../../../src/index.ts';
import { createAuthority, readAuthority } from '../../../src/server/tls/authority.ts';
import { ACCOUNT, ADMINISTRATOR, AUDIENCE, refusal, useEmulator } from '../../support/emulator.ts';

const bed = await useEmulator({ tls: { enabled: true }, allowedHosts: ['ci.example.com'] });
const { url = '', certificateAuthority = '' } = bed.rolecall.tls ?? {};
const port = Number(new URL(url).port);

/** The certificates that a client with this SNI name gets, leaf first. */
function chainFor(servername: string | undefined): Promise<readonly X509Certificate[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: '127.0.0.1', port, rejectUnauthorized: false, ...(servername === undefined ? {} : { servername }) },
      () => {
        const chain: X509Certificate[] = [];
        let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
        while (certificate !== undefined) {
          chain.push(new X509Certificate(certificate.raw));
          const above: DetailedPeerCertificate = certificate.issuerCertificate;
          certificate = above.fingerprint256 === certificate.fingerprint256 ? undefined : above;
        }
        socket.destroy();
        resolve(chain);
      },
    );
    socket.once('error', reject);
  });
}

/** GET over HTTPS with a host name that resolves to loopback, like an entry in the hosts file. */
function get(address: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const target = new URL(address);
    const sent = request(
      target,
      { port: target.port || port, ca: certificateAuthority, agent: loopback, lookup: toLoopback },
      answer => {
        let text = '';
        answer.setEncoding('utf8').on('data', chunk => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.once('error', reject).end();
  });
}

const loopback = new Agent({ keepAlive: true });
afterAll(() => loopback.destroy());

const toLoopback: NonNullable<Parameters<typeof request>[1]['lookup']> = (_name, { all }, done) =>
  all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);

describe('the chain', () => {
  it.each([
    ['GitHub’s issuer', 'token.actions.githubusercontent.com'],
    ['global STS', 'sts.amazonaws.com'],
    ['STS of a region', 'sts.eu-central-1.amazonaws.com'],
    ['dual-stack STS', 'sts.eu-central-1.api.aws'],
    ['IAM', 'iam.amazonaws.com'],
    ['CloudTrail', 'cloudtrail.us-east-1.amazonaws.com'],
    ['an issuer whose iss has a path', 'oidc.eks.us-west-2.amazonaws.com'],
    ['a configured name', 'ci.example.com'],
    ['a service of a compose file', 'rolecall'],
    ['a name below localhost', 'aws.localhost'],
  ])('for %s is its own certificate, the intermediate and the root', async (_, name) => {
    const [leaf, intermediate, root, ...more] = await chainFor(name);
    expect(leaf?.subjectAltName).toBe(`DNS:${name}`);
    expect(leaf?.checkIssued(intermediate as X509Certificate)).toBe(true);
    expect(leaf?.verify((intermediate as X509Certificate).publicKey)).toBe(true);
    expect(intermediate?.verify((root as X509Certificate).publicKey)).toBe(true);
    expect(root?.toString()).toBe(certificateAuthority);
    expect(more).toEqual([]);
  });

  it.each([
    ['no name, as with an address', undefined],
    ['a name that is not answered', 'evil.example.com'],
    ['a name without a host', 'a b'],
    ['a very long name', `${'a'.repeat(60)}.`.repeat(4) + 'a'.repeat(60)],
  ])('for %s is the default certificate', async (_, name) => {
    const [leaf] = await chainFor(name);
    expect(leaf?.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  });

  it('is the same for the same name', async () => {
    const [[one], [two]] = [await chainFor('sts.amazonaws.com'), await chainFor('sts.amazonaws.com')];
    expect(one?.serialNumber).toBe(two?.serialNumber);
  });

  it('limits the number of cached certificates', async () => {
    const [first] = await chainFor('first');
    for (let at = 0; at < 128; at++) await chainFor(`name-${at}`);
    const [again] = await chainFor('first');
    expect(again?.serialNumber).not.toBe(first?.serialNumber);
  });
});

describe('certificates', () => {
  const now = Date.UTC(2026, 10, 20);
  const DAY = 86_400_000;
  const days = (text: string) => Math.round((Date.parse(text) - now) / DAY);

  it('are valid for years around real time, and those of servers no longer than Apple allows', () => {
    const { cert } = createAuthority(now).issue(['sts.amazonaws.com']);
    const [leaf, intermediate, root] = certificates(cert);
    expect([leaf, intermediate, root].map(one => [days(one?.validFrom ?? ''), days(one?.validTo ?? '')])).toEqual([
      [-400, 400],
      [-3650, 3650],
      [-3650, 3650],
    ]);
  });

  it('may have IPv4 and IPv6 addresses', () => {
    const { cert } = createAuthority(now).issue(['10.0.0.7', '::1', '2001:db8::7', 'fe80::1%lo', '::ffff:10.0.0.7']);
    expect(new X509Certificate(cert).subjectAltName?.split(', ')).toEqual([
      'IP Address:10.0.0.7',
      'IP Address:0:0:0:0:0:0:0:1',
      'IP Address:2001:DB8:0:0:0:0:0:7',
      'IP Address:FE80:0:0:0:0:0:0:1',
      'IP Address:0:0:0:0:0:FFFF:A00:7',
    ]);
  });

  it('have a common name even for names that are too long for it', () => {
    const name = `${'a'.repeat(60)}.${'b'.repeat(60)}`;
    const leaf = new X509Certificate(createAuthority(now).issue([name]).cert);
    expect(leaf.subjectAltName).toBe(`DNS:${name}`);
    expect(leaf.subject.split('CN=')[1]).toHaveLength(64);
  });

  it('encode times after 2050 as RFC 5280 requires', () => {
    const { cert } = createAuthority(Date.UTC(2049, 6, 1)).issue(['localhost']);
    expect(certificates(cert).map(one => new Date(one.validTo).getUTCFullYear())).toEqual([2050, 2059, 2059]);
  });
});

const certificates = (pem: string): X509Certificate[] =>
  pem
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .filter(one => one !== '')
    .map(one => new X509Certificate(one));

describe('an unchanged client', () => {
  it('reads the documents of an issuer at their real URLs', async () => {
    const { text } = await get('https://token.actions.githubusercontent.com/.well-known/openid-configuration');
    const { issuer, jwks_uri: jwksUri } = JSON.parse(text);
    expect([issuer, jwksUri]).toEqual([
      'https://token.actions.githubusercontent.com',
      'https://token.actions.githubusercontent.com/.well-known/jwks',
    ]);
    expect(JSON.parse((await get(jwksUri)).text).keys).not.toEqual([]);
  });

  it('gets https URLs in documents of an issuer that is served below /idp', async () => {
    const { text } = await get(`https://localhost:${port}/idp/github-actions/.well-known/openid-configuration`);
    expect(JSON.parse(text).jwks_uri).toBe(`https://localhost:${port}/idp/github-actions/.well-known/jwks`);
  });

  it('is the SDK with AWS’s own endpoint', async () => {
    const targets: unknown[] = [];
    const sts = new STSClient({
      region: 'eu-west-1',
      credentials: ADMINISTRATOR,
      requestHandler: { httpsAgent: redirected(targets) },
    });
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: ACCOUNT });
    expect(targets).toEqual([['sts.eu-west-1.amazonaws.com', 443]]);
    sts.destroy();
  });

  it('still connects when the movable clock is years ahead', async () => {
    await bed.control('PUT', '/clock', { advance: 'P1825D' });
    expect((await get('https://sts.ap-south-1.amazonaws.com/_rolecall/health')).status).toBe(200);
  });

  it('gets 421 for a host that is not allowed, on a connection for another host', async () => {
    const answer = await new Promise<number>((resolve, reject) => {
      const options = {
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: certificateAuthority,
        headers: { host: 'evil.example.com' },
      };
      request({ ...options, agent: false }, reply => {
        reply.resume();
        resolve(reply.statusCode ?? 0);
      })
        .once('error', reject)
        .end();
    });
    expect(answer).toBe(421);
  });
});

/** An agent that redirects connections like a hosts entry and port 443, and records their targets. */
function redirected(targets: unknown[]): Agent {
  const agent = new Agent({ ca: certificateAuthority, lookup: toLoopback });
  const open = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    targets.push([options.host, options.port]);
    return open({ ...options, port }, done);
  };
  return agent;
}

describe('aws:SecureTransport', () => {
  it('is true over HTTPS and false over HTTP', async () => {
    const { Role } = await bed.iam().send(
      new CreateRoleCommand({
        RoleName: 'secured',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { AWS: ACCOUNT },
            Action: 'sts:AssumeRole',
            Condition: { Bool: { 'aws:SecureTransport': 'true' } },
          },
        }),
      }),
    );
    const assume = new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'secured' });
    const secured = new STSClient({
      endpoint: url,
      region: 'us-east-1',
      credentials: ADMINISTRATOR,
      requestHandler: { httpsAgent: new Agent({ ca: certificateAuthority }) },
    });
    expect((await secured.send(assume)).AssumedRoleUser?.Arn).toMatch(/:assumed-role\/secured\/secured$/);
    secured.destroy();
    expect(await refusal(bed.sts().send(assume))).toMatchObject({ code: 'AccessDenied', status: 403 });
  });
});

describe('GET /_rolecall/ca', () => {
  it('returns the authority as text', async () => {
    expect(await bed.control('GET', '/ca')).toEqual({ status: 200, body: certificateAuthority });
  });

  it('reports that TLS is off', async () => {
    const plain = await startRolecall();
    const answer = await fetch(`${plain.url}/_rolecall/ca`);
    expect([plain.tls, answer.status, await answer.json()]).toMatchObject([undefined, 404, { code: 'tls-off' }]);
    await plain.close();
  });
});

describe('an issuer outside the trust store', async () => {
  const foreign = await startRolecall({ tls: { enabled: true } });
  afterAll(() => foreign.close());
  const issuer = `https://localhost:${new URL(foreign.tls?.url ?? '').port}/idp/ci`;
  const right = createHash('sha1')
    .update(new X509Certificate(foreign.tls?.certificateAuthority ?? '').raw)
    .digest('hex');
  foreign.issuers.put('ci', { preset: 'custom', issuer });

  /** Registers the issuer with a thumbprint, and assumes a role with its token. */
  async function assume(thumbprint: string) {
    bed.rolecall.issuers.put('foreign-ci', { issuer, allowPrivateNetwork: true });
    const provider = await bed
      .iam()
      .send(
        new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: [AUDIENCE], ThumbprintList: [thumbprint] }),
      );
    const { Role } = await bed.iam().send(
      new CreateRoleCommand({
        RoleName: 'foreign',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Federated: provider.OpenIDConnectProviderArn },
            Action: 'sts:AssumeRoleWithWebIdentity',
          },
        }),
      }),
    );
    const { token } = await foreign.mint({ issuer: 'ci', audience: AUDIENCE });
    return bed.assume(Role?.Arn ?? '', token);
  }

  it('is trusted with the thumbprint of the last certificate in its chain', async () => {
    expect((await assume(right)).accessKeyId).toMatch(/^ASIA/);
  });

  it('is trusted with that thumbprint in upper case', async () => {
    expect((await assume(right.toUpperCase())).accessKeyId).toMatch(/^ASIA/);
  });

  // https://github.com/hashicorp-education/learn-terraform-dynamic-credentials/issues/2
  it('is refused with another thumbprint, with AWS’s message', async () => {
    expect(await refusal(assume('0'.repeat(40)))).toEqual({
      code: 'InvalidIdentityTokenException',
      status: 400,
      message: "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
    });
    expect(bed.rolecall.decisions.last()).toMatchObject({ reason: 'thumbprint' });
  });
});

describe('an omitted thumbprint', () => {
  it('is that of the authority, for hosted issuers', async () => {
    const OpenIDConnectProviderArn = await bed.registerGitHub();
    const provider = await bed.iam().send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    const root = new X509Certificate(certificateAuthority);
    expect(provider.ThumbprintList).toEqual([root.fingerprint.replaceAll(':', '').toLowerCase()]);
  });
});

describe('an authority from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-tls-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  /** A minute after the files are made. */
  const now = Date.now() + 60_000;

  /** A self-signed certificate by OpenSSL, with the key made by these options. */
  function make(name: string, key: readonly string[], ...more: string[]): void {
    openssl('req', '-x509', '-newkey', ...key, '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, ...more);
  }
  const RSA = ['rsa:2048'];
  const P384 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
  const named = (name: string) => ['-subj', `/O=Octo/CN=${name}`, '-days', '30'];

  const SIGNS = ['-addext', 'keyUsage=critical,keyCertSign'];

  beforeAll(() => {
    make('rsa', RSA, ...named('Octo RSA'), ...SIGNS);
    make('ec', P384, ...named('Octo EC'), ...SIGNS);
    make('flat', P384, ...named('Octo Flat'), ...SIGNS, '-addext', 'basicConstraints=critical,CA:TRUE,pathlen:0');
    make('server', P384, ...named('octo.example.com'), '-addext', 'basicConstraints=critical,CA:FALSE');
    make('edwards', ['ed25519'], ...named('Octo Edwards'));
    openssl('ec', '-in', 'ec.key', '-aes256', '-passout', 'pass:secret', '-out', 'locked.key');
    writeFileSync(file('not-pem'), 'hello');
    writeFileSync(file('damaged.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    writeFileSync(file('large.pem'), ' '.repeat(1024 * 1024 + 1));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['an RSA key', 'rsa', 3],
    ['an EC key of another curve', 'ec', 3],
    ['a path length that allows no intermediate', 'flat', 2],
  ])('signs with %s', (_, name, length) => {
    const authority = readAuthority({ cert: file(`${name}.pem`), key: file(`${name}.key`) }, now);
    const { cert } = authority.issue(['sts.amazonaws.com', '10.0.0.7']);
    const chain = certificates(cert);
    expect(chain).toHaveLength(length);
    expect(chain.at(-1)?.raw).toEqual(new X509Certificate(authority.pem).raw);
    const fingerprint = openssl('x509', '-in', `${name}.pem`, '-noout', '-fingerprint', '-sha1').toString();
    expect(authority.thumbprint).toBe(fingerprint.split('=')[1]?.trim().replaceAll(':', '').toLowerCase());
    writeFileSync(file('leaf.pem'), chain[0]?.toString() ?? '');
    writeFileSync(file('above.pem'), chain.slice(1).join(''));
    const verify = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'sts.amazonaws.com'];
    expect(openssl(...verify, '-CAfile', `${name}.pem`, '-untrusted', 'above.pem', 'leaf.pem').toString()).toBe(
      'leaf.pem: OK\n',
    );
    expect(Date.parse(chain[0]?.validTo ?? '')).toBeLessThanOrEqual(Date.parse(chain.at(-1)?.validTo ?? ''));
  });

  it.each([
    ['cert', 'none.pem', 'ec.key', () => `cannot read ${file('none.pem')}: the file does not exist`],
    ['cert', '.', 'ec.key', () => `cannot read ${file('.')}: it is a directory`],
    ['cert', 'not-pem', 'ec.key', () => `${file('not-pem')} does not contain a PEM certificate`],
    ['cert', 'ec.key', 'ec.key', () => `${file('ec.key')} does not contain a PEM certificate`],
    ['cert', 'large.pem', 'ec.key', () => `${file('large.pem')} is larger than 1048576 bytes`],
    ['cert', 'damaged.pem', 'ec.key', () => `a certificate in ${file('damaged.pem')} cannot be parsed`],
    [
      'cert',
      'server.pem',
      'server.key',
      () => `the certificate in ${file('server.pem')} is not a certificate authority (basicConstraints CA is not true)`,
    ],
    ['key', 'ec.pem', 'none.key', () => `cannot read ${file('none.key')}: the file does not exist`],
    ['key', 'ec.pem', 'not-pem', () => `${file('not-pem')} does not contain a PEM private key`],
    [
      'key',
      'ec.pem',
      'locked.key',
      () => `${file('locked.key')} is encrypted with a passphrase; use a key without a passphrase`,
    ],
    ['key', 'ec.pem', 'rsa.key', () => `${file('rsa.key')} is not the private key of ${file('ec.pem')}`],
    [
      'key',
      'edwards.pem',
      'edwards.key',
      () => `${file('edwards.key')} contains a key of type ed25519; use an RSA or EC key`,
    ],
  ])('is refused in one sentence that names the setting: %s, %s with %s', (place, cert, key, sentence) => {
    expect(() => readAuthority({ cert: file(cert), key: file(key) }, now)).toThrow(
      new ConfigError([{ source: 'configuration', path: `/tls/certificateAuthority/${place}`, message: sentence() }]),
    );
  });

  it('is refused when it has expired or is not valid yet', () => {
    const DAY = 86_400_000;
    const at = (moment: number) => () => readAuthority({ cert: file('ec.pem'), key: file('ec.key') }, moment);
    expect(at(now + 40 * DAY)).toThrow(/ec\.pem expired on /);
    expect(at(now - DAY)).toThrow(/ec\.pem is not valid before /);
  });

  it('created by Rolecall passes the same strict check', () => {
    const own = createAuthority(now);
    const [leaf, ...above] = certificates(own.issue(['sts.amazonaws.com']).cert);
    writeFileSync(file('own.pem'), own.pem);
    writeFileSync(file('leaf.pem'), leaf?.toString() ?? '');
    writeFileSync(file('above.pem'), above.join(''));
    const verify = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'sts.amazonaws.com'];
    expect(openssl(...verify, '-CAfile', 'own.pem', '-untrusted', 'above.pem', 'leaf.pem').toString()).toBe(
      'leaf.pem: OK\n',
    );
  });

  it('stops an instance from starting', async () => {
    const certificateAuthority = { cert: file('none.pem'), key: file('ec.key') };
    await expect(startRolecall({ tls: { enabled: true, certificateAuthority } })).rejects.toThrow(
      `configuration: tls.certificateAuthority.cert: cannot read ${file('none.pem')}: the file does not exist`,
    );
  });

  it('is used by an instance', async () => {
    const certificateAuthority = { cert: file('rsa.pem'), key: file('rsa.key') };
    const rolecall = await startRolecall({ tls: { enabled: true, certificateAuthority } });
    const root = new X509Certificate(rolecall.tls?.certificateAuthority ?? '');
    expect(root.subject).toBe('O=Octo\nCN=Octo RSA');
    const socket = connect({
      host: '127.0.0.1',
      port: Number(new URL(rolecall.tls?.url ?? '').port),
      ca: root.toString(),
    });
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    expect(socket.authorized).toBe(true);
    socket.destroy();
    await rolecall.close();
  });
});

describe('closing', () => {
  it.each(['http', 'https'])('ends the stream of decisions over %s', async scheme => {
    const rolecall = await startRolecall({ tls: { enabled: true } });
    const [base, options] =
      scheme === 'http'
        ? [rolecall.url, { agent: new HttpAgent({ keepAlive: true }) }]
        : [rolecall.tls?.url, { agent: new Agent({ keepAlive: true, ca: rolecall.tls?.certificateAuthority ?? '' }) }];
    const get = scheme === 'http' ? plainRequest : request;
    const stream = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${base}/_rolecall/decisions/stream`, options, resolve).once('error', reject).end();
    });
    const ended = once(stream.resume(), 'end');
    await rolecall.close();
    await ended;
  });

  it('does not wait for idle keep-alive connections', async () => {
    const rolecall = await startRolecall({ tls: { enabled: true } });
    const agent = new Agent({ keepAlive: true, ca: rolecall.tls?.certificateAuthority ?? '' });
    await new Promise<void>((resolve, reject) => {
      request(`${rolecall.tls?.url}/_rolecall/health`, { agent }, answer => answer.resume().on('end', resolve))
        .once('error', reject)
        .end();
    });
    await rolecall.close();
    agent.destroy();
  });
});
