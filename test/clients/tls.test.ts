/** Unchanged clients with real host names: openssl, curl, the AWS CLI, boto3, Terraform and Node trust the file from `rolecall ca`. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { awsCli, findTerraform, python } from './available.ts';
import { cli, type Emulator, withRolecall } from './emulator.ts';
import { declareRole, issuer, roleArn, trustPolicy } from './end-to-end.ts';
import { administrator, awsEnvironment, type Ended, inFolder, run } from './run.ts';
import { absent } from './terraform-driver.ts';

const TLS = ['--tls-port', '0'] as const;

const portOf = ({ secureUrl = '' }: Emulator): number => Number(new URL(secureUrl).port);

/** Writes the authority's certificate to the folder; returns the variables that `rolecall ca --out` prints. */
async function caVariables({ url }: Emulator, folder: string): Promise<Record<string, string>> {
  const ended = await run(process.execPath, [cli, 'ca', '--url', url, '--out', join(folder, 'ca.pem')], { env: {} });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return Object.fromEntries(
    ended.stdout
      .trim()
      .split('\n')
      .map(line => line.replace(/^export /, '').split('=') as [string, string]),
  );
}

/**
 * A proxy that connects every name and port to the HTTPS port of an emulator, as a hosts entry and port 443 do. Clients open
 * their own TLS connection through it, to the real name, and verify the certificate of that name.
 */
async function withRealNames<T>(rolecall: Emulator, use: (proxy: string, names: Set<string>) => Promise<T>) {
  const names = new Set<string>();
  const proxy = createServer();
  const sockets = new Set<Socket>();
  proxy.on('connect', (request, socket: Socket, head) => {
    names.add(String(request.url));
    const server = connect(portOf(rolecall), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.write(head);
      server.pipe(socket).pipe(server);
    });
    for (const one of [server, socket]) {
      sockets.add(one);
      one.on('error', () => one.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  try {
    return await use(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, names);
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
}

/** The AWS environment without endpoint variables. */
const unchanged = (folder: string, more: Record<string, string>): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(awsEnvironment('', folder)).filter(([name]) => !name.startsWith('AWS_ENDPOINT_URL')),
  ),
  PYTHONDONTWRITEBYTECODE: '1',
  ...administrator,
  ...more,
});

/** The output of a program that must succeed. */
async function output(call: Promise<Ended>): Promise<string> {
  const ended = await call;
  expect(ended).toMatchObject({ code: 0 });
  return ended.stdout;
}

describe('the AWS CLI, without an endpoint', () => {
  it('registers the issuer, assumes the role and gets the caller identity at AWS’s host names', () =>
    withRolecall(
      rolecall =>
        inFolder(async folder => {
          const variables = await caVariables(rolecall, folder);
          await withRealNames(rolecall, async (proxy, names) => {
            await writeFile(join(folder, 'trust.json'), trustPolicy);
            const env = unchanged(folder, { ...variables, HTTPS_PROXY: proxy });
            const aws = async (...args: string[]) =>
              JSON.parse(await output(run(awsCli, [...args, '--output', 'json'], { env, cwd: folder })));
            const provider = ['--url', `https://${issuer}`, '--client-id-list', 'sts.amazonaws.com'];
            await aws('iam', 'create-open-id-connect-provider', ...provider);
            const role = ['--role-name', 'deploy', '--assume-role-policy-document', 'file://trust.json'];
            await aws('iam', 'create-role', ...role);
            const as = ['--role-arn', roleArn, '--role-session-name', 'session'];
            const token = ['--web-identity-token', await rolecall.mint()];
            const assumed = await aws('sts', 'assume-role-with-web-identity', ...as, ...token);
            expect(assumed.AssumedRoleUser.Arn).toBe('arn:aws:sts::000000000000:assumed-role/deploy/session');
            const caller = await aws('sts', 'get-caller-identity', '--region', 'eu-west-1');
            expect(caller.Account).toBe('000000000000');
            expect([...names]).toEqual([
              'iam.amazonaws.com:443',
              'sts.us-east-1.amazonaws.com:443',
              'sts.eu-west-1.amazonaws.com:443',
            ]);
          });
        }),
      ...TLS,
    ));

  it('rejects an untrusted authority', () =>
    withRolecall(
      rolecall =>
        inFolder(folder =>
          withRealNames(rolecall, async proxy => {
            const env = unchanged(folder, { HTTPS_PROXY: proxy, AWS_MAX_ATTEMPTS: '1' });
            const ended = await run(awsCli, ['sts', 'get-caller-identity'], { env, cwd: folder });
            expect(ended.code).not.toBe(0);
            expect(ended.stderr).toContain('SSL validation failed');
          }),
        ),
      ...TLS,
    ));
});

describe('boto3, without an endpoint', () => {
  it('assumes the role with a token file and gets the caller identity', () =>
    withRolecall(
      rolecall =>
        inFolder(async folder => {
          const variables = await caVariables(rolecall, folder);
          await declareRole(rolecall);
          await withRealNames(rolecall, async (proxy, names) => {
            await writeFile(join(folder, 'token'), await rolecall.mint());
            const script = 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])';
            const {
              AWS_ACCESS_KEY_ID: _,
              AWS_SECRET_ACCESS_KEY: __,
              ...env
            } = unchanged(folder, {
              ...variables,
              HTTPS_PROXY: proxy,
              AWS_ROLE_ARN: roleArn,
              AWS_ROLE_SESSION_NAME: 'session',
              AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
            });
            expect(await output(run(python, ['-c', script], { env }))).toBe(
              'arn:aws:sts::000000000000:assumed-role/deploy/session\n',
            );
            expect([...names]).toEqual(['sts.us-east-1.amazonaws.com:443']);
          });
        }),
      ...TLS,
    ));
});

describe.skipIf(absent !== '')(`Terraform, without an endpoint${absent}`, () => {
  /** terraform/main.tf without its endpoints. */
  const configuration = async () =>
    (await readFile(new URL('terraform/main.tf', import.meta.url), 'utf8'))
      .replace(/variable "endpoint" .*\n/, '')
      .replace(/ {2}endpoints \{[^}]*\}\n/, '');

  it('applies, plans without changes, and reads the thumbprint that it did not set', () =>
    withRolecall(
      rolecall =>
        inFolder(async folder => {
          const variables = await caVariables(rolecall, folder);
          const { binary = '', mirror = '' } = findTerraform() ?? {};
          const settings = join(folder, 'terraform.rc');
          await writeFile(
            settings,
            `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
          );
          await writeFile(join(folder, 'main.tf'), await configuration());
          await withRealNames(rolecall, async (proxy, names) => {
            const more = { ...variables, HTTPS_PROXY: proxy, TF_CLI_CONFIG_FILE: settings, CHECKPOINT_DISABLE: '1' };
            const env = unchanged(folder, more);
            const terraform = (...args: string[]) => output(run(binary, args, { env, cwd: folder }));
            await terraform('init', '-no-color');
            await terraform('apply', '-no-color', '-auto-approve');
            await terraform('plan', '-no-color', '-detailed-exitcode');
            const shown = JSON.parse(await terraform('show', '-json'));
            const provider = shown.values.root_module.resources.find(
              ({ type }: { type: string }) => type === 'aws_iam_openid_connect_provider',
            );
            const authority = new X509Certificate(await readFile(join(folder, 'ca.pem')));
            expect(provider.values.thumbprint_list).toEqual([authority.fingerprint.replaceAll(':', '').toLowerCase()]);
            expect(names).toContain('iam.amazonaws.com:443');
            expect([...names].filter(name => !name.endsWith('.amazonaws.com:443'))).toEqual([]);
          });
        }),
      ...TLS,
    ));
});

describe('curl', () => {
  it.each(['--connect-to', '--resolve'])('reads GitHub’s discovery documents with %s', option =>
    withRolecall(
      rolecall =>
        inFolder(async folder => {
          const { SSL_CERT_FILE: ca = '' } = await caVariables(rolecall, folder);
          const port = portOf(rolecall);
          const [where, address] =
            option === '--connect-to'
              ? [`::127.0.0.1:${port}`, `https://${issuer}`]
              : [`${issuer}:${port}:127.0.0.1`, `https://${issuer}:${port}`];
          const curl = async (path: string) =>
            JSON.parse(
              await output(run('curl', ['-sS', '--cacert', ca, option, where, `${address}${path}`], { env: {} })),
            );
          expect(await curl('/.well-known/openid-configuration')).toMatchObject({
            issuer: `https://${issuer}`,
            jwks_uri: `https://${issuer}/.well-known/jwks`,
          });
          expect((await curl('/.well-known/jwks')).keys).not.toEqual([]);
        }),
      ...TLS,
    ),
  );
});

describe('the variables of rolecall ca', () => {
  it.each([
    [
      'Python’s own trust store',
      python,
      (url: string) => ['-c', `import urllib.request; print(urllib.request.urlopen("${url}").status)`],
    ],
    ['Node', process.execPath, (url: string) => ['-e', `fetch("${url}").then(answer => console.log(answer.status))`]],
  ])('make %s trust the authority', (_, program, args) =>
    withRolecall(
      rolecall =>
        inFolder(async folder => {
          const variables = await caVariables(rolecall, folder);
          expect(Object.keys(variables)).toEqual(['AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']);
          const url = `https://localhost:${portOf(rolecall)}/_rolecall/health`;
          expect(await output(run(program, args(url), { env: variables }))).toBe('200\n');
          expect((await run(program, args(url), { env: {} })).code).not.toBe(0);
        }),
      ...TLS,
    ),
  );

  it('are printed to stderr when the authority is printed to stdout', () =>
    withRolecall(
      async rolecall => {
        const ended = await run(process.execPath, [cli, 'ca', '--url', rolecall.url], { env: {} });
        expect(ended.stdout).toMatch(/^-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n$/);
        expect(ended.stderr).toContain('AWS_CA_BUNDLE');
      },
      ...TLS,
    ));

  it('are not available while TLS is off', () =>
    withRolecall(async rolecall => {
      expect(await run(process.execPath, [cli, 'ca', '--url', rolecall.url], { env: {} })).toEqual({
        code: 2,
        stdout: '',
        stderr: 'rolecall: no certificate authority: TLS is off; start the server with --tls\n',
      });
    }));
});

describe('the thumbprint of a remote issuer, obtained as AWS documents it', () => {
  /** The steps of the IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider". */
  async function thumbprintOf(port: number, folder: string, transcript: string[]): Promise<string> {
    const shell = async (command: string) => {
      const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: folder });
      transcript.push(`$ ${command}`, stdout.trim());
      return stdout;
    };
    const shown = await shell(
      `openssl s_client -servername localhost -showcerts -connect localhost:${port} </dev/null 2>/dev/null`,
    );
    const certificates = shown.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
    transcript.splice(-1, 1, `(${certificates.length} certificates; the last one goes to certificate.crt)`);
    await writeFile(join(folder, 'certificate.crt'), certificates.at(-1) ?? '');
    const line = await shell('openssl x509 -in certificate.crt -fingerprint -sha1 -noout');
    return line.split('=')[1]?.trim().replaceAll(':', '') ?? '';
  }

  it('lets STS accept the token; another thumbprint returns AWS’s error', () =>
    withRolecall(
      foreign =>
        withRolecall(rolecall =>
          inFolder(async folder => {
            const transcript: string[] = [];
            const port = portOf(foreign);
            const iss = `https://localhost:${port}/idp/ci`;
            await foreign.control('PUT', '/issuers/ci', { preset: 'custom', issuer: iss });
            await rolecall.control('PUT', '/issuers/foreign', { issuer: iss, allowPrivateNetwork: true });

            const env = { ...awsEnvironment(rolecall.url, folder), ...administrator, PYTHONDONTWRITEBYTECODE: '1' };
            const aws = async (...args: string[]) => {
              const ended = await run(awsCli, [...args, '--output', 'text'], { env, cwd: folder });
              transcript.push(
                `$ aws ${args.join(' ').replace(/eyJ\S+/, '$TOKEN')}`,
                (ended.stdout + ended.stderr).trim(),
              );
              return ended;
            };
            const thumbprint = await thumbprintOf(port, folder, transcript);
            const arn = `arn:aws:iam::000000000000:oidc-provider/localhost:${port}/idp/ci`;
            const registered = ['--url', iss, '--client-id-list', 'sts.amazonaws.com', '--thumbprint-list', thumbprint];
            await output(aws('iam', 'create-open-id-connect-provider', ...registered));
            await writeFile(join(folder, 'trust.json'), trustPolicy.replaceAll(issuer, `localhost:${port}/idp/ci`));
            const role = ['--role-name', 'deploy', '--assume-role-policy-document', 'file://trust.json'];
            await output(aws('iam', 'create-role', ...role));

            const claims = { sub: 'repo:octo-org/octo-repo:ref:refs/heads/main' };
            const assume = async () =>
              aws(
                ...['sts', 'assume-role-with-web-identity', '--role-arn', roleArn, '--role-session-name', 'session'],
                ...['--query', 'AssumedRoleUser.Arn', '--web-identity-token'],
                await foreign.mint({ issuer: 'ci', claims }),
              );
            expect(await output(assume())).toBe('arn:aws:sts::000000000000:assumed-role/deploy/session\n');

            const other = ['--open-id-connect-provider-arn', arn, '--thumbprint-list', '0'.repeat(40)];
            await output(aws('iam', 'update-open-id-connect-provider-thumbprint', ...other));
            const refused = await assume();
            expect(refused.code).not.toBe(0);
            expect(refused.stderr).toContain(
              "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
            );
            console.log(transcript.join('\n'));
          }),
        ),
      ...TLS,
    ));
});

describe('without TLS', () => {
  it.each([
    [false, undefined],
    [true, { enabled: true }],
  ])('the certificate library is loaded: %s', async (isLoaded, tls) => {
    const script = `
      const { startRolecall } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
      const rolecall = await startRolecall(${JSON.stringify({ tls })});
      const { createRequire } = await import('node:module');
      console.log(Object.keys(createRequire(process.cwd() + '/').cache).some(file => file.includes('node-forge')));
      await rolecall.close();`;
    expect(await output(run(process.execPath, ['--input-type=module', '-e', script], { env: {} }))).toBe(
      `${isLoaded}\n`,
    );
  });
});

describe('a certificate authority file that does not exist', () => {
  it('stops the start with an error message and exit code 2', () =>
    inFolder(async folder => {
      const config = join(folder, 'rolecall.yaml');
      const files = { cert: join(folder, 'none.pem'), key: join(folder, 'none.key') };
      await writeFile(
        config,
        `tls:\n  enabled: true\n  certificateAuthority:\n    cert: ${files.cert}\n    key: ${files.key}\n`,
      );
      expect(await run(process.execPath, [cli, 'start', '--port', '0', '--config', config], { env: {} })).toEqual({
        code: 2,
        stdout: '',
        stderr: `rolecall: ${config}:4: tls.certificateAuthority.cert: cannot read ${files.cert}: the file does not exist\n`,
      });
    }));
});
