/** Secrets in the configuration: marked in the schema, and never in output or messages. */
import { describe, expect, it } from 'vitest';
import { startText } from '../../src/cli/start.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { parseConfigText, resolveConfig } from '../../src/config/load.ts';
import { ConfigSchema } from '../../src/config/schema.ts';
import { redactSecrets } from '../../src/config/secrets.ts';
import { validateValue } from '../../src/config/validate.ts';
import { startRolecall } from '../../src/index.ts';
import { State } from '../../src/server/control/schemas.ts';
import { configWithSecrets, SECRETS, SHOWN } from '../support/secret-config.ts';

const found = (text: string): readonly string[] => SECRETS.filter(secret => text.includes(secret));

describe('the schema', () => {
  /** Every member with its path in the documentation. */
  function members(node: unknown, path = ''): readonly (readonly [path: string, node: object])[] {
    if (typeof node !== 'object' || node === null) return [];
    const { properties = {}, patternProperties = {}, items, ...keywords } = node as Record<string, object>;
    for (const keyword of ['anyOf', 'oneOf', 'allOf', '$ref', 'if']) {
      if (keyword in keywords) throw new Error(`${path} has ${keyword}, which nothing looks into for secrets`);
    }
    return [
      ...Object.entries(properties).flatMap(([name, member]): (readonly [string, object])[] => [
        [path + name, member],
        ...members(member, `${path}${name}.`),
      ]),
      ...Object.values(patternProperties).flatMap(member => members(member, `${path}NAME.`)),
      ...members(items, `${path.slice(0, -1)}[].`),
    ];
  }

  const all = members(ConfigSchema);
  const marked = all.filter(([, node]) => 'writeOnly' in node).map(([path]) => path);

  /** Members that are named like secrets but are not, each with the reason. */
  const REVIEWED: Readonly<Record<string, string>> = {
    'tls.certificateAuthority.key': 'a file path',
    keysFolder: 'a directory path',
    'credentials.accessKeyId': 'an id, which every signed request contains',
    'sts.opaqueTokens': 'a list; its tokens are marked',
    'issuers.NAME.jwks.keys': 'public keys; the private members are marked',
    'issuers.NAME.clients[].jwks.keys': 'public keys; the private members are marked',
    'accounts.NAME.users[].accessKeys': 'a list; its secrets are marked',
  };

  it('marks every member that is named like a secret, except listed ones', () => {
    const suspicious = all
      .map(([path]) => path)
      .filter(path => /secret|token|password|key|authorization/i.test(path.slice(path.lastIndexOf('.') + 1)));
    expect(suspicious.filter(path => !marked.includes(path)).sort()).toEqual(Object.keys(REVIEWED).sort());
  });

  it('marks these members', () => {
    expect([...marked].sort()).toEqual([
      'accounts.NAME.users[].accessKeys[].secret',
      'adminToken',
      'credentialEndpoints[].authorization',
      'credentials.secretAccessKey',
      'issuers.NAME.clients[].clientSecret',
      ...['clients[].jwks', 'jwks'].flatMap(set =>
        ['d', 'dp', 'dq', 'k', 'oth', 'p', 'q', 'qi'].map(name => `issuers.NAME.${set}.keys[].${name}`),
      ),
      'issuers.NAME.keys',
      'secret',
      'sts.opaqueTokens[].token',
    ]);
  });

  it('the test configuration has a value for every marked member', () => {
    expect(SECRETS).toHaveLength(marked.length);
    expect(found(JSON.stringify(configWithSecrets()))).toEqual(SECRETS);
    expect(validateValue(ConfigSchema, configWithSecrets())).toEqual([]);
  });
});

describe('a configuration without its secrets', () => {
  it('contains everything else', () => {
    const text = JSON.stringify(redactSecrets(ConfigSchema, resolveConfig(configWithSecrets())));
    expect(found(text)).toEqual([]);
    for (const word of SHOWN) expect(text).toContain(word);
    expect(text).toContain('"clients":[{"clientId":"shown-client","clientSecret":"(set)"}]');
    expect(text.match(/"\(set\)"/g)).toHaveLength(SECRETS.length);
  });

  it('contains the public keys of a foreign issuer, and claims of any name', () => {
    const config = {
      issuers: {
        foreign: { issuer: 'https://x.example', jwks: { keys: [{ kid: 'a' }] } },
        own: { claims: { token: 1, keys: 2, secret: 3 } },
      },
    };
    expect(redactSecrets(ConfigSchema, config)).toEqual(config);
  });

  it.each([undefined, null, 'text', 7, []])('of %j is unchanged', value => {
    expect(redactSecrets(ConfigSchema, value)).toEqual(value);
  });

  it('hides a secret of the wrong type', () => {
    expect(
      redactSecrets(ConfigSchema, {
        secret: { deep: 'x' },
        adminToken: ['x'],
        credentials: { secretAccessKey: null },
      }),
    ).toEqual({
      secret: '(set)',
      adminToken: '(set)',
      credentials: { secretAccessKey: '(set)' },
    });
  });
});

describe('the start text', () => {
  const lines = (config: object): string =>
    startText({ url: 'http://127.0.0.1:4592', tls: undefined, config: resolveConfig(config) }).join('\n');

  it('contains the default secret', () => {
    expect(lines({}).match(/test/g)?.length).toBeGreaterThan(4);
    expect(lines({})).toContain('administrator of account 000000000000: access key test, secret test');
    expect(lines({})).toContain('export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1');
    expect(lines({})).toContain("credentials: { accessKeyId: 'test', secretAccessKey: 'test' }");
    expect(lines({})).toContain('  access_key = "test"\n  secret_key = "test"');
  });

  it('does not contain a configured secret, and reads it from the environment', () => {
    const text = lines(configWithSecrets());
    expect(found(text)).toEqual([]);
    expect(text).toContain(
      '  administrator of account 000000000000: access key AKIDSHOWN0000000, secret: credentials.secretAccessKey in the configuration',
    );
    expect(text).toContain(
      [
        '# set AWS_SECRET_ACCESS_KEY to credentials.secretAccessKey in the configuration',
        'export AWS_ACCESS_KEY_ID=AKIDSHOWN0000000 AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1',
        'aws sts get-caller-identity',
      ].join('\n'),
    );
    expect(text).toContain(
      "credentials: { accessKeyId: 'AKIDSHOWN0000000', secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY }",
    );
    expect(text).toContain(
      '  region     = "us-east-1"\n  # access_key and secret_key come from the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n  endpoints {',
    );
    expect(text).toContain('-H "authorization: Bearer $ROLECALL_ADMIN_TOKEN"');
  });

  it('does not contain the secret of a disabled built-in administrator', () => {
    const text = lines({ credentials: { enabled: false, secretAccessKey: 'test', accessKeyId: 'test' } });
    expect(text).not.toContain('administrator of account');
    expect(text).toContain('AWS_ACCESS_KEY_ID=YOUR_KEY_ID AWS_SECRET_ACCESS_KEY=YOUR_SECRET');
  });
});

describe('a configuration error', () => {
  const CREDENTIALS = 'enabled, defaultAccount, accessKeyId, secretAccessKey, anyAccount';
  const ONE_PATH = 'must match pattern "^(?!.*-----BEGIN)[^\\r\\n]*$"';

  it.each([
    ['adminToken: *hidden', '1: this alias has no anchor before it; put a text that begins with * in quotes'],
    [
      'credentials:\n  secretAccessKey: *hidden',
      '2: this alias has no anchor before it; put a text that begins with * in quotes',
    ],
    ['adminToken: [*hidden]', '1: this alias has no anchor before it; put a text that begins with * in quotes'],
    [
      'issuers: { a: { keys: [*hidden] } }',
      '1: this alias has no anchor before it; put a text that begins with * in quotes',
    ],
    ['secret: &hidden [*hidden]', '1: this alias is inside its own anchored value'],
    ['secret: { hidden, hidden }', '1: duplicate key in this mapping'],
    ['secret:\n  hidden: 1\n  hidden: 2', '3: duplicate key in this mapping'],
    ['adminToken: "\\hidden"', '1: unknown escape sequence; write \\\\ for a backslash, or use single quotes'],
    ['adminToken: "\\Uhidden00"', '1: unknown escape sequence; write \\\\ for a backslash, or use single quotes'],
    [
      '%YAML hidden\n---\nport: 1',
      '1: this directive is neither %YAML nor %TAG; put a text that begins with % in quotes',
    ],
    ['adminToken: @hidden', '1: put a text that begins with this character in quotes'],
    ['credentials: {secretAccessKey:hidden}', '1: credentials: unknown key; did you mean "secretAccessKey"?'],
    ['credentials: {secretAccessKey hidden}', '1: credentials: unknown key; did you mean "secretAccessKey"?'],
    ['credentials: {secretAccesKey:hidden}', `1: credentials: unknown key; known keys: ${CREDENTIALS}`],
    ['credentials: {secretAccessKey: a,hidden}', `1: credentials: unknown key; known keys: ${CREDENTIALS}`],
    ['{"credentials": {"secretAccessKey": wJalr,hidden}}', `1: credentials: unknown key; known keys: ${CREDENTIALS}`],
    [
      'credentials:\n  enabled: true\n  secretAccessKey：hidden: x',
      '3: credentials: unknown key; did you mean "secretAccessKey"?',
    ],
    [
      'issuers: { a: { clients: [{ clientId: x, clientSecret:hidden }] } }',
      '1: issuers.a.clients.0: unknown key; known keys: clientId, clientSecret, jwks, redirectUris',
    ],
    [
      'tls: { certificateAuthority: { cert: a.pem, key: "-----BEGIN PRIVATE KEY-----\\nhidden" } }',
      `1: tls.certificateAuthority.key: ${ONE_PATH}`,
    ],
    [
      'tls:\n  certificateAuthority:\n    cert: a.pem\n    key: >-\n      -----BEGIN PRIVATE KEY-----\n      hidden',
      `4: tls.certificateAuthority.key: ${ONE_PATH}`,
    ],
    ['secret: !hidden', '1: secret: must not have fewer than 1 characters'],
    ['secret: !hidden!x', '1: unknown tag; put a text that begins with ! in quotes'],
    ['secret: |hidden', '1: Block scalar header includes extra characters'],
    ['secret: >hidden word', '1: Block scalar header includes extra characters'],
    ['secret: { hidden: hidden }', '1: secret: must be string'],
    ['secret: [hidden]', '1: secret: must be string'],
    ['- a\nsecret: hidden', '2: Unexpected scalar at node end'],
    ['adminToken: &hidden', '1: adminToken: must be string'],
    ['issuers: { a: { keys: hidden } }', '1: issuers.a.keys: must be array'],
    [
      'issuers: { a: { clients: [{ clientId: x, clientSecret: [hidden] }] } }',
      '1: issuers.a.clients.0.clientSecret: must be string',
    ],
    [
      'sts: { opaqueTokens: [{ provider: www.amazon.com, token: { hidden: 1 }, appId: a, userId: b }] }',
      '1: sts.opaqueTokens.0.token: must be string',
    ],
  ])('%j does not quote the secret', (text, sentence) => {
    let message = '';
    try {
      parseConfigText(text, 'c.yaml');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      message = error.message;
    }
    expect(message.split('\n')[0]).toBe(`c.yaml:${sentence}`);
    expect(message).not.toContain('hidden');
  });

  it('without a quoted key has its line, and hides no other error', () => {
    const text = 'port: 1\nhost: x\n"secret: a": 1\n"secret: b": 2\nkeys folder: x\nprot: 2';
    expect(() => parseConfigText(text, 'c.yaml')).toThrow(
      expect.objectContaining({
        message: [
          'c.yaml:3: unknown key; did you mean "secret"?',
          'c.yaml:4: unknown key; did you mean "secret"?',
          'c.yaml:5: unknown key; did you mean "keysFolder"?',
          'c.yaml:6: prot: unknown key "prot"; did you mean "port"?',
        ].join('\n'),
      }),
    );
  });

  it.each([
    [40_000, 'is not JSON: unexpected text at character 80033'],
    [140_000, 'is not JSON'],
  ])('in JSON of %d values does not quote the secret', (values, sentence) => {
    const text = `{"claims":[${'1,'.repeat(values)}1],\n"secretAccessKey":hidden}`;
    expect(() => parseConfigText(text, 'c.yaml')).toThrow(
      expect.objectContaining({ message: `c.yaml:2: ${sentence}` }),
    );
  });

  it.each([
    [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', d: 'hidden', p: 1234567 }],
    [{ kty: 'EC', crv: 'P-256', x: 'hidden', y: 'hidden', d: 'hidden' }],
    [{ kty: 'oct', d: 'hidden' }],
    [{ kty: 'hidden', d: 'hidden' }],
    ['-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----'],
  ])('of the key %j does not quote it', async key => {
    const started = startRolecall({ logLevel: 'silent', issuers: { mine: { keys: [key] } } });
    const message = await started.then(
      () => '',
      (error: unknown) => (error instanceof ConfigError ? error.message : `another error: ${String(error)}`),
    );
    expect(message).toMatch(/^configuration: issuers\.mine\.keys\.0\S*: the key cannot be read: /);
    expect(message).not.toMatch(/hidden|1234567/);
  });
});

describe('the output of a running instance', () => {
  it('contains no secret in the state, the issuers, the accounts and the decisions', async () => {
    await using rolecall = await startRolecall({ ...configWithSecrets([]), logLevel: 'silent' });
    const headers = { authorization: `Bearer ${configWithSecrets().adminToken}` };
    for (const path of [
      '/state',
      '/issuers',
      '/issuers/mine',
      '/accounts',
      '/decisions',
      '/faults',
      '/metrics',
      '/openapi.json',
    ]) {
      const answer = await fetch(`${rolecall.url}/_rolecall${path}`, { headers });
      expect(answer.status).toBe(200);
      expect(found(await answer.text())).toEqual([]);
    }
    const body = await (await fetch(`${rolecall.url}/_rolecall/state?secrets=true`, { headers })).text();
    expect(found(body)).toHaveLength(2);
    expect(validateValue(State, JSON.parse(body))).toEqual([]);
  });
});
