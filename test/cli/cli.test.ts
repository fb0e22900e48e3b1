/** The command line: output and exit codes. Runs the built `dist/cli.js`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEmulator } from '../support/emulator.ts';
import { INHERITED } from '../support/inherited-names.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
const bed = await useEmulator();
const folder = mkdtempSync(join(tmpdir(), 'rolecall-cli-'));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const { ROLECALL_PORT: _port, ROLECALL_URL: _url, ...own } = process.env;
  return spawn(process.execPath, [CLI, ...args], {
    env: { ...own, ROLECALL_URL: bed.rolecall.url, NO_COLOR: '1', ...environment },
  });
}

/** Runs a command until it exits. */
function run(
  args: readonly string[],
  options: { input?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = start(args, options.env);
    let out = '';
    let err = '';
    child.stdout?.on('data', chunk => {
      out += chunk;
    });
    child.stderr?.on('data', chunk => {
      err += chunk;
    });
    child.once('error', fail);
    child.once('close', code => done({ code, out, err }));
    child.stdin?.end(options.input ?? '');
  });
}

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('names of Object.prototype members', () => {
  describe.each(['github-actions', 'custom'])('%s', issuer => {
    let printed: Record<'claims' | 'header', Record<string, unknown>>;
    beforeAll(async () => {
      const named = INHERITED.flatMap(name => ['--claim', `${name}=x`, '--header', `${name}=y`]);
      const { code, out } = await run(['token', issuer, '-a', 'a', ...named, '--json']);
      expect(code).toBe(0);
      printed = JSON.parse(out);
    });

    it.each(INHERITED)('%s is valid as a claim name and a header parameter', name => {
      expect(printed).toMatchObject({ claims: { [name]: 'x' }, header: { [name]: 'y' } });
    });
  });

  it('the control API rejects a claim named __proto__', async () => {
    expect(await run(['token', 'custom', '-a', 'a', '--claim', '__proto__=x'])).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining('the key "__proto__" is not allowed'),
    });
  });

  it('constructor is not an issuer, starter, format or token defect', async () => {
    expect(await run(['token', 'constructor'])).toMatchObject({
      code: 2,
      err: 'rolecall: unknown issuer `constructor`\n',
    });
    expect(await run(['init', 'constructor'])).toMatchObject({ code: 2, err: expect.stringContaining('constructor') });
    const imported = await run(['import', '-', '--format', 'constructor'], { input: '{}' });
    expect(imported).toMatchObject({ code: 2, err: expect.stringContaining('constructor') });
    const faulty = await run(['token', 'custom', '-a', 'a', '--fault', 'constructor']);
    expect(faulty).toMatchObject({ code: 2, err: expect.stringContaining('unknown token defect `constructor`') });
  });
});

describe('token, assume, explain', () => {
  it('mint a token, assume a role and explain a denial', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const token = await run(['token', 'github-actions', '-a', 'sts.amazonaws.com', '--claim', 'ref=refs/heads/main']);
    expect(token).toMatchObject({ code: 0, err: '' });
    expect(token.out.trim().split('.')).toHaveLength(3);

    const assumed = await run(['assume', '--role', role, '--token', '-'], { input: token.out });
    expect(assumed.code).toBe(0);
    expect(assumed.out).toMatch(
      /^export AWS_ACCESS_KEY_ID=ASIA[A-Z2-7]{16}\nexport AWS_SECRET_ACCESS_KEY=.{40}\nexport AWS_SESSION_TOKEN=/,
    );

    const denied = await run([
      'assume',
      '--role',
      role,
      '--issuer',
      'github-actions',
      '--claim',
      'event_name=pull_request',
    ]);
    expect(denied).toEqual({
      code: 1,
      out: '',
      err: 'rolecall: 403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\nrolecall: run "rolecall explain" for the reason\n',
    });

    const why = await run(['explain']);
    expect(why.code).toBe(1);
    expect(why.out).toContain('StringEquals token.actions.githubusercontent.com:sub');
    expect(why.out).toContain('actual   "repo:octo-org/octo-repo:pull_request"');
    expect(why.out.trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringMatching(/^ {2}fix: \[workflow\] Change the job that gets the token: /),
      expect.stringMatching(/^ {2}fix: \[policy\] Allow this caller as well: /),
      '    lets in: any pull request of octo-org/octo-repo',
    ]);

    const dry = await run(['explain', '--role', role], { env: { ROLECALL_TOKEN: token.out } });
    expect(dry.code).toBe(0);
    expect(dry.out).toMatch(/^allowed sts:AssumeRoleWithWebIdentity/);

    const lines = (await run(['decisions', '--action', 'AssumeRoleWithWebIdentity'])).out.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(
      / denied AssumeRoleWithWebIdentity role\/deploy: sub is "repo:octo-org\/octo-repo:pull_request", policy requires .* \| fix: Change the job that gets the token: /,
    );
    expect((await run(['decisions', '--long', '--outcome', 'denied'])).out).toContain(why.out);
  });

  it('print JSON with --json', async () => {
    const { out } = await run(['token', 'gitlab-ci', '--json']);
    expect(JSON.parse(out)).toMatchObject({ issuer: 'https://gitlab.com', claims: { iss: 'https://gitlab.com' } });
    expect(JSON.parse((await run(['export', '--json'])).out)).toHaveProperty('accounts');
    const starter = JSON.parse((await run(['init', 'custom', '--out', '-', '--json'])).out);
    expect(starter).toMatchObject({ starter: 'custom', text: expect.stringContaining('accounts:') });
    const written = join(folder, 'starter.yaml');
    expect(JSON.parse((await run(['init', '--out', written, '--json'])).out)).toEqual({
      starter: 'github-actions',
      file: written,
    });
  });

  it.each([
    ['github-actions', ['pull_request=7', 'run_id=7'], { ref: 'refs/pull/7/merge', run_id: '7' }],
    ['github-actions', ['include_claim_keys=repo,actor'], { sub: 'repo:octo-org/octo-repo:actor:octocat' }],
    ['github-actions', ['use_immutable_subject=true'], { sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/main' }],
    ['gitlab-ci', ['runner_id=7', 'job_id=7'], { runner_id: 7, job_id: '7' }],
    ['eks-irsa', ['kubernetes.io={"namespace":"n"}'], { sub: 'system:serviceaccount:n:my-serviceaccount' }],
    ['custom', ['email_verified=true', 'sub=7', 'level=7'], { email_verified: true, sub: '7', level: '7' }],
  ])('convert claims to the types of %s: %j', async (issuer, claims, expected) => {
    const { out, err } = await run(['token', issuer, '--json', ...claims.flatMap(claim => ['--claim', claim])]);
    expect(err).toBe('');
    expect(JSON.parse(out).claims).toMatchObject(expected);
  });

  it('remove claims and set header parameters', async () => {
    const asked = [
      '--remove-claim',
      'jti',
      '--remove-claim',
      'actor',
      '--header',
      'typ=at+jwt',
      '--header',
      'crit=["b64"]',
    ];
    const { header, claims } = JSON.parse((await run(['token', 'github-actions', '--json', ...asked])).out);
    expect(header).toMatchObject({ alg: 'RS256', typ: 'at+jwt', crit: ['b64'] });
    expect(claims).not.toHaveProperty('jti');
    expect(claims).not.toHaveProperty('actor');
  });

  it('suggest the nearest name', async () => {
    expect(await run(['token', 'github-action'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "github-actions"?'),
    });
  });
});

describe('decisions --follow', () => {
  it('prints each new decision', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const other = await bed.createRole('not-deploy');
    const child = start(['decisions', '--follow', '--action', 'AssumeRoleWithWebIdentity', '--role', 'deploy']);
    let out = '';
    child.stdout?.on('data', chunk => {
      out += chunk;
    });
    // Repeats the calls until a decision arrives, because the time when the stream opens is not known.
    for (let at = 0; at < 100 && !out.includes('allowed AssumeRoleWithWebIdentity role/deploy'); at++) {
      await bed.assume(other, await bed.mint());
      await bed.assume(role, await bed.mint());
      await new Promise(done => setTimeout(done, 50));
    }
    child.kill();
    expect(out).not.toContain('not-deploy');
    expect(out).toContain('allowed AssumeRoleWithWebIdentity role/deploy');
  });
});

describe('env and exec', () => {
  it('run a command with the variables of the job and return its exit code', async () => {
    const script =
      'console.log(process.env.ACTIONS_ID_TOKEN_REQUEST_URL, process.env.AWS_ACCESS_KEY_ID); process.exit(7)';
    const ended = await run(['exec', 'github-actions', '--', process.execPath, '-e', script], {
      env: { AWS_ACCESS_KEY_ID: 'mine' },
    });
    expect(ended.code).toBe(7);
    expect(ended.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/idp\/github-actions\/\S+\?\S+ undefined\n$/);
  });

  it('write a token file and remove it after the job', async () => {
    const script =
      "const f = process.env.AWS_WEB_IDENTITY_TOKEN_FILE; console.log(f, require('fs').readFileSync(f, 'utf8').split('.').length)";
    const { out, code } = await run(['exec', 'eks-irsa', '--', process.execPath, '-e', script]);
    expect(code).toBe(0);
    const [path = '', parts] = out.trim().split(' ');
    expect(parts).toBe('3');
    await expect(import('node:fs/promises').then(({ access }) => access(path))).rejects.toThrow('ENOENT');
  });

  it('use a unique session name for each job, because the AWS CLI caches credentials by session name', async () => {
    const role = ['--role', 'arn:aws:iam::000000000000:role/deploy'];
    const named = async (env: Readonly<Record<string, string>> = {}) => {
      const script = 'console.log(process.env.AWS_ROLE_SESSION_NAME)';
      return (await run(['exec', 'eks-irsa', ...role, '--', process.execPath, '-e', script], { env })).out.trim();
    };
    const [one, other] = [await named(), await named()];
    expect(one).toMatch(/^[\w+=,.@-]{2,64}$/);
    expect(other).not.toBe(one);
    expect(await named({ AWS_ROLE_SESSION_NAME: 'mine' })).toBe('mine');
  });

  it('print export commands for a shell', async () => {
    const { out } = await run(['env', 'github-actions']);
    expect(out).toMatch(/^export ACTIONS_ID_TOKEN_REQUEST_URL='http/);
  });

  it('report a command that does not exist, with exit code 127 like a shell', async () => {
    expect(await run(['exec', 'github-actions', '--', 'no-such-command'])).toMatchObject({
      code: 127,
      err: 'rolecall: command not found: no-such-command\n',
    });
  });
});

describe('clock, reset, config, lint', () => {
  it('advance and reset the clock', async () => {
    expect((await run(['clock', '--advance', 'PT2H'])).out).toMatch(/7200 s ahead of real time/);
    expect((await run(['clock', '--real'])).out).toMatch(/\(real time\)/);
    expect(await run(['clock', '--advance', 'soon'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('ISO 8601 duration'),
    });
  });

  it('reset', async () => {
    expect((await run(['reset'])).code).toBe(0);
  });

  it('check a configuration and report every error', async () => {
    const bad = file('bad.yaml', 'port: 4592\nhots: 1\n');
    expect(await run(['config', 'check', '-c', bad])).toEqual({
      code: 2,
      out: '',
      err: `rolecall: ${bad}:2: hots: unknown key "hots"; did you mean "host"?\n`,
    });
    const issuers = 'issuers:\n  acme:\n    preset: github-actions\n    claims:\n      repositry: a/b\n';
    const misspelled = file('misspelled.yaml', issuers);
    for (const command of [
      ['config', 'check', '-c', misspelled],
      ['start', '-p', '0', '-c', misspelled],
    ]) {
      expect(await run(command)).toEqual({
        code: 2,
        out: '',
        err: `rolecall: ${misspelled}:5: issuers.acme.claims.repositry: GitHub Actions has no claim \`repositry\`; did you mean "repository"?\n`,
      });
    }
    expect((await run(['config', 'check', '-c', file('good.yaml', 'port: 4592\n')])).out).toBe(
      'the configuration is valid\n',
    );
  });

  it('report all errors that start reports, also as JSON', async () => {
    const text = [
      'issuers:',
      '  ci: { preset: github-actoins }',
      '  "No Id": { preset: custom }',
      'accounts: { 111122223333: { roles: [{ name: x, trust: {} }] } }',
    ];
    const bad = file('issuers.yaml', text.join('\n'));
    const sentences = [
      `${bad}:2: issuers.ci.preset: unknown preset \`github-actoins\`; did you mean "github-actions"?`,
      `${bad}:3: issuers.No Id: an issuer id must have 1 to 128 characters: letters, digits, dots, dashes, underscores`,
      `${bad}:4: accounts.111122223333.roles.0: role x: MalformedPolicyDocument: Missing required field Statement (/Statement A policy needs a Statement.)`,
    ];
    const expected = sentences.map(sentence => `rolecall: ${sentence}\n`).join('');
    expect(await run(['config', 'check', '-c', bad])).toEqual({ code: 2, out: '', err: expected });
    expect(await run(['start', '-c', bad])).toEqual({ code: 2, out: '', err: expected });
    const { code, out, err } = await run(['config', 'check', '--json', '-c', bad]);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      faults: [
        { source: bad, line: 2, path: '/issuers/ci/preset', suggestion: 'github-actions' },
        { line: 3 },
        { line: 4 },
      ],
    });
    const certificate = file('tls.yaml', 'tls: { enabled: true, certificateAuthority: { cert: no.pem, key: no.pem } }');
    expect((await run(['config', 'check', '-c', certificate])).err).toContain(
      'cannot read no.pem: the file does not exist',
    );
  });

  it('print a configuration without its secrets', async () => {
    const { out } = await run([
      'config',
      'print',
      '--json',
      '-c',
      file('secret.yaml', 'secret: sesame\nadminToken: sesame\n'),
    ]);
    expect(out).not.toContain('sesame');
    expect(JSON.parse(out)).toMatchObject({ port: 4592, secret: '(set)' });
  });

  it('print the schema', async () => {
    expect(JSON.parse((await run(['config', 'schema'])).out)).toHaveProperty('properties.port.default', 4592);
  });

  it('lint a policy', async () => {
    const open = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    };
    const ended = await run(['lint', '-'], { input: JSON.stringify(open) });
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/^error /m);
  });
});

describe('usage errors', () => {
  it.each([
    [['start', '--port', '99999'], /the port must be an integer from 0 to 65535/],
    [['start', '--prot', '1'], /unknown option '--prot'/],
    [['strat'], /unknown command 'strat'/],
    [['start', '-c', '/nowhere/rolecall.yaml'], /cannot read the configuration: the file does not exist/],
    [['start', '--host', '192.0.2.1', '--port', '0'], /192\.0\.2\.1 is not an address of this machine/],
    [['start', '--log-level', 'loud'], /must be one of fatal, error/],
    [['explain', '--url', 'http://127.0.0.1:1'], /cannot connect to an emulator at/],
    [['explain', '--unwanted'], /--unwanted requires --role and a token/],
    [['assume', '--role', 'x'], /specify either --token or --issuer/],
  ])('%j prints one sentence and exits with code 2', async (args, sentence) => {
    const { code, err } = await run(args);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });

  it('a port in use, too', async () => {
    const { port } = new URL(bed.rolecall.url);
    const { code, err } = await run(['start', '--port', port]);
    expect({ code, err }).toEqual({
      code: 2,
      err: `rolecall: port ${port} is already in use on 127.0.0.1; choose another with --port, or 0 for any free port\n`,
    });
  });
});

describe('the log', () => {
  it('ends the line of a denial with its first fix', async () => {
    const server = start(['start', '--port', '0', '--json']);
    let out = '';
    server.stdout?.on('data', chunk => {
      out += chunk;
    });
    const logged = (part: string) => expect.poll(() => out, { timeout: 30_000 }).toContain(part);
    await logged('"url"');
    const { url } = JSON.parse(out.split('\n')[0] ?? '');
    const call = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleSessionName: 'job' };
    const names = { RoleArn: 'arn:aws:iam::000000000000:role/deploy', WebIdentityToken: 'not a token' };
    await fetch(url, { method: 'POST', body: new URLSearchParams({ ...call, ...names }) });
    await logged('"msg":"denied AssumeRoleWithWebIdentity role/deploy: ');
    await logged(' | fix: Send an ID token: ');
    server.kill('SIGTERM');
    expect(out).not.toContain(names.WebIdentityToken);
  });
});

describe('start --json', () => {
  it('prints one line of JSON', async () => {
    const server = start(['start', '--port', '0', '--log-level', 'silent', '--json'], {
      ROLECALL_ADMIN_TOKEN: 'sesame',
    });
    const line = await new Promise<string>(done => server.stdout?.once('data', chunk => done(String(chunk))));
    server.kill('SIGTERM');
    expect(JSON.parse(line)).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      tls: null,
      notes: ['the control API and the console require the admin token'],
    });
  });
});

describe('start', () => {
  let server: ChildProcess;
  let out = '';
  beforeAll(async () => {
    server = start(['start', '--port', '0', '--log-level', 'warn']);
    server.stdout?.on('data', chunk => {
      out += chunk;
    });
    for (let at = 0; at < 200 && !out.includes('provider "aws"'); at++) await new Promise(done => setTimeout(done, 25));
  });
  afterAll(() => {
    server.kill('SIGKILL');
  });

  it('prints sample commands for the AWS CLI, an SDK and Terraform', () => {
    expect(out).toMatch(/^Rolecall is listening on http:\/\/127\.0\.0\.1:\d+/);
    for (const part of ['export AWS_ENDPOINT_URL_STS=http', 'new STSClient({', 'provider "aws" {'])
      expect(out).toContain(part);
    expect(out).not.toContain('\u001b');
  });

  it('exits with code 0 on SIGTERM', async () => {
    const ended = new Promise<number | null>(done => server.once('exit', done));
    server.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
