/** `rolecall import` and `rolecall export`: imported files are valid configuration and can be exported. Runs the built command. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfigFile } from '../../src/config/load.ts';
import { startRolecall } from '../../src/index.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
const fixture = (name: string): string => join(import.meta.dirname, '../seed/fixtures', name);
const folder = mkdtempSync(join(tmpdir(), 'rolecall-moving-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (...args: readonly string[]): Promise<Ended> =>
  new Promise(done => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { env: { PATH: process.env['PATH'], NO_COLOR: '1' } },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

describe('import', () => {
  it('writes a valid configuration file, and the report to standard error', async () => {
    const file = join(folder, 'template.yaml');
    const { code, out, err } = await run('import', fixture('template.yaml'), '-a', '123456789012', '-o', file);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err.split('\n')).toEqual([
      'imported: customer managed policies 1, OIDC providers 1, groups 1, users 1, roles 1, instance profiles 1',
      'not imported, or changed (4):',
      '  template.yaml Deploy: Artifacts is of type AWS::S3::Bucket: its name is not known before deployment, "arn:aws:s3:::Artifacts" is used instead',
      '  template.yaml OnlyInProduction: its condition IsProduction is false',
      '  template.yaml Certificate: AWS::IAM::ServerCertificate is not supported',
      '  template.yaml Function: the role that SAM creates for a function is not imported',
      '',
    ]);
    await using rolecall = await startRolecall(readConfigFile(file));
    const exported = join(folder, 'exported.yaml');
    expect(await run('export', '--url', rolecall.url, '-o', exported)).toEqual({ code: 0, out: '', err: '' });
    const state = readConfigFile(exported);
    expect(state.accounts).toMatchObject({ '123456789012': { roles: [{ name: 'deploy-test' }] } });
    await (await startRolecall(state)).close();
  });

  it('prints the report as JSON', async () => {
    const { code, out } = await run('import', fixture('terraform-state.json'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      configuration: { accounts: { '000000000000': {} } },
      read: { roles: 2, users: 1, policies: 2, oidcProviders: 1 },
      unread: [{ path: 'aws_iam_access_key.analyst' }],
    });
  });

  it('exits with code 1 if nothing is imported, and with code 2 for usage errors', async () => {
    const file = join(folder, 'other.json');
    writeFileSync(file, '{"Buckets":[]}');
    expect((await run('import', file)).code).toBe(1);
    expect(await run('import', join(folder, 'absent.json'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot read'),
    });
    expect((await run('import', file, '--account', '12')).code).toBe(2);
    expect((await run('import', file, '--format', 'pulumi')).code).toBe(2);
  });
});

describe('start', () => {
  it('reports file, line and the AWS message for what IAM rejects', async () => {
    const file = join(folder, 'refused.yaml');
    const nobody = 'arn:aws:iam::123456789012:role/nobody';
    writeFileSync(
      file,
      [
        'accounts:',
        '  "123456789012":',
        '    roles:',
        '      - name: deploy',
        '        trust:',
        '          Version: "2012-10-17"',
        '          Statement:',
        `            - { Effect: Allow, Principal: { AWS: "${nobody}" }, Action: "sts:AssumeRole" }`,
        '',
      ].join('\n'),
    );
    const expected = {
      code: 2,
      out: '',
      err: `rolecall: ${file}:5: accounts.123456789012.roles.0.trust: role deploy: MalformedPolicyDocument: Invalid principal in policy: "AWS":"${nobody}"\n`,
    };
    expect(await run('start', '--port', '0', '--config', file)).toEqual(expected);
    expect(await run('config', 'check', '--config', file)).toEqual(expected);
  });
});
