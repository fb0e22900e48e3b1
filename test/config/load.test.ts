/** The configuration: defaults, precedence of sources, and every error with its location. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import {
  environmentVariables,
  loadConfig,
  mergeConfig,
  parseConfigText,
  readConfigEnvironment,
  readConfigFile,
  resolveConfig,
} from '../../src/config/load.ts';

/** The lines of the ConfigError message that `run` throws. */
function faultsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('defaults', () => {
  it('are strict and local', () => {
    expect(resolveConfig({})).toEqual({
      host: '127.0.0.1',
      port: 4592,
      publicUrl: undefined,
      tls: { enabled: false, port: 4593, certificateAuthority: undefined },
      allowedHosts: [],
      allowedOrigins: [],
      secret: undefined,
      keysFolder: undefined,
      adminToken: undefined,
      seed: undefined,
      logLevel: 'info',
      credentials: {
        enabled: true,
        defaultAccount: '000000000000',
        accessKeyId: 'test',
        secretAccessKey: 'test',
        anyAccount: true,
      },
      iam: { providerUrls: 'local' },
      sts: { errorTexts: '2026', opaqueTokens: [], disabledRegions: {} },
      credentialEndpoints: [],
      decisions: { capacity: 1000, maxBytes: 33_554_432 },
      issuers: {},
      accounts: {},
    });
  });
});

describe('a file', () => {
  it('reports every error with its line, path, message and suggestion', () => {
    const text = ['port: 4592', 'hots: 0.0.0.0', 'iam:', '  providerUrls: aww', 'decisions:', '  capacity: -1'].join(
      '\n',
    );
    expect(faultsOf(() => parseConfigText(text, 'rolecall.yaml'))).toEqual([
      'rolecall.yaml:2: hots: unknown key "hots"; did you mean "host"?',
      'rolecall.yaml:4: iam.providerUrls: must be one of local, aws, any; did you mean "aws"?',
      'rolecall.yaml:6: decisions.capacity: must be >= 0',
    ]);
  });

  it('lists the known keys if none is similar', () => {
    expect(faultsOf(() => parseConfigText('iam: { zzzzzz: 1 }', 'c.yaml'))).toEqual([
      'c.yaml:1: iam.zzzzzz: unknown key "zzzzzz"; known keys: providerUrls',
    ]);
  });

  it('rejects invalid YAML with its line', () => {
    const [fault] = faultsOf(() => parseConfigText('port: 1\nhost: [', 'c.yaml'));
    expect(fault).toMatch(/^c\.yaml:2: /);
  });

  it('rejects duplicate keys and alias bombs', () => {
    expect(faultsOf(() => parseConfigText('port: 1\nport: 2', 'c.yaml'))[0]).toBe(
      'c.yaml:2: duplicate key in this mapping',
    );
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefg'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefg'[at]},`.repeat(9)}]`),
    ];
    expect(faultsOf(() => parseConfigText(bomb.join('\n'), 'c.yaml'))).toEqual([
      'c.yaml:2: its aliases expand to too many values; write some of them out',
    ]);
  });

  it('reports more than eight errors, in the order of the file', () => {
    const text = ['issuers:', ...Array.from({ length: 20 }, (_, at) => `  i${at}: { alg: ${at} }`), 'port: x'].join(
      '\n',
    );
    const faults = faultsOf(() => parseConfigText(text, 'c.yaml'));
    expect(faults).toHaveLength(21);
    expect(faults[0]).toBe('c.yaml:2: issuers.i0.alg: must be string');
    expect(faults[20]).toBe('c.yaml:22: port: must be integer');
  });

  it.each([
    ['port: 1\niam: *nope', 'c.yaml:2: this alias has no anchor before it; put a text that begins with * in quotes'],
    ['port: 1\n---\nport: 2', 'c.yaml:2: a second document begins here; only one is allowed'],
    ['iam:\n\tproviderUrls: aws', 'c.yaml:2: tabs are not allowed as indentation; use spaces'],
    ['adminToken: ""', 'c.yaml:1: adminToken: must not have fewer than 1 characters'],
    ['secret: ""', 'c.yaml:1: secret: must not have fewer than 1 characters'],
    ['hello', 'c.yaml:1: the configuration must be a mapping of settings, such as "port: 4592"'],
    ['- port', 'c.yaml:1: the configuration must be a mapping of settings, such as "port: 4592"'],
  ])('rejects %j with one sentence', (text, sentence) => {
    expect(faultsOf(() => parseConfigText(text, 'c.yaml'))[0]).toBe(sentence);
  });

  it('accepts a byte order mark, anchors, merged mappings and account numbers without quotes', () => {
    const text = [
      '\uFEFFaccounts:',
      '  000000000012:',
      '    roles:',
      '      - &r { name: a, trust: {} }',
      '      - { <<: *r, name: b }',
    ];
    expect(parseConfigText(text.join('\n'), 'c.yaml')).toEqual({
      accounts: {
        '000000000012': {
          roles: [
            { name: 'a', trust: {} },
            { name: 'b', trust: {} },
          ],
        },
      },
    });
  });

  it('cannot reach a prototype', () => {
    expect(faultsOf(() => parseConfigText('__proto__: { port: 1 }', 'c.yaml'))[0]).toContain('unknown key "__proto__"');
    expect(({} as { port?: number }).port).toBeUndefined();
  });

  it('requires a secret with a keys folder', () => {
    expect(faultsOf(() => resolveConfig({ keysFolder: 'keys' }, 'c.yaml'))).toEqual([
      'c.yaml: keysFolder: without a secret these keys cannot be decrypted after a restart; also set secret or ROLECALL_SECRET',
    ]);
    expect(resolveConfig({ keysFolder: 'keys', secret: 's' })).toMatchObject({ keysFolder: 'keys', secret: 's' });
  });

  it('is read from disk, as YAML or JSON', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rolecall-config-'));
    writeFileSync(join(folder, 'rolecall.json'), '{"port": 7, "issuers": {"ci": {"preset": "github-actions"}}}');
    expect(readConfigFile(join(folder, 'rolecall.json'))).toEqual({
      port: 7,
      issuers: { ci: { preset: 'github-actions' } },
    });
    expect(faultsOf(() => readConfigFile(join(folder, 'none.yaml')))).toEqual([
      `${join(folder, 'none.yaml')}: cannot read the configuration: the file does not exist`,
    ]);
  });
});

describe('the environment', () => {
  it('supports these variables', () => {
    expect(environmentVariables.map(({ env }) => env)).toEqual([
      'ROLECALL_HOST',
      'ROLECALL_PORT',
      'ROLECALL_PUBLIC_URL',
      'ROLECALL_TLS',
      'ROLECALL_TLS_PORT',
      'ROLECALL_SECRET',
      'ROLECALL_KEYS_FOLDER',
      'ROLECALL_ADMIN_TOKEN',
      'ROLECALL_SEED',
      'ROLECALL_LOG_LEVEL',
      'ROLECALL_IAM_PROVIDER_URLS',
      'ROLECALL_STS_ERROR_TEXTS',
      'ROLECALL_DECISIONS_CAPACITY',
      'ROLECALL_DECISIONS_MAX_BYTES',
    ]);
  });

  it('converts text to the types of the schema', () => {
    expect(
      readConfigEnvironment({ ROLECALL_PORT: '0', ROLECALL_TLS: 'true', ROLECALL_STS_ERROR_TEXTS: 'classic' }),
    ).toEqual({
      port: 0,
      tls: { enabled: true },
      sts: { errorTexts: 'classic' },
    });
  });

  it('names the invalid variable', () => {
    expect(faultsOf(() => readConfigEnvironment({ ROLECALL_PORT: 'many' }))).toEqual([
      'environment variable ROLECALL_PORT: must be integer',
    ]);
  });
});

describe('sources', () => {
  it('are merged key by key', () => {
    const merged = mergeConfig(
      { port: 1, credentials: { accessKeyId: 'a', secretAccessKey: 's' } },
      { credentials: { accessKeyId: 'b' } },
      { port: 2 },
    );
    expect(merged).toEqual({ port: 2, credentials: { accessKeyId: 'b', secretAccessKey: 's' } });
  });
});

describe('all sources', () => {
  it('report their errors together', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rolecall-config-'));
    const file = join(folder, 'rolecall.yaml');
    writeFileSync(file, 'hots: x');
    expect(faultsOf(() => loadConfig(file, { ROLECALL_PORT: 'x' }, { publicUrl: 'nowhere' }))).toEqual([
      `${file}:1: hots: unknown key "hots"; did you mean "host"?`,
      'environment variable ROLECALL_PORT: must be integer',
      'command line: publicUrl: must match pattern "^https?://[^/@?#]+$"',
    ]);
  });

  it('are checked: a directory is not a configuration file', () => {
    expect(faultsOf(() => loadConfig(tmpdir(), {}))).toEqual([
      `${tmpdir()}: cannot read the configuration: it is a directory`,
    ]);
  });
});
