/** A configuration in which each secret has a unique value, so that tests can detect where it is shown. */
import type { ConfigInput } from '../../src/config/schema.ts';

/** A unique secret value; no value contains another. `SECRETS` lists all of them. */
const hidden = (name: string): string => `hidden-${name}-0f7c`;

const PRIVATE_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'R35XvfSd3nQM0fGv3Oe1O4yDMLnTTVpoRP3q1CrXJFY',
  y: 'KJB0vI2WFNM5IKdq3QVuxxYZGbCHwOh5LJ_8A4X6uDk',
  d: 'hiddenPrivateKeyOfAnIssuer0f7cAAAAAAAAAAAAA',
};

/** Private members in a key where only public members are allowed. */
const privateMembers = (of: string): Readonly<Record<string, string>> =>
  Object.fromEntries(['d', 'dp', 'dq', 'k', 'oth', 'p', 'q', 'qi'].map(name => [name, hidden(`${of}-${name}`)]));
const PINNED_KEY = privateMembers('jwk');
const CLIENT_KEY = privateMembers('client-jwk');

export const SECRETS: readonly string[] = [
  ...['instance', 'admin-token', 'administrator', 'client', 'opaque-token', 'authorization', 'access-key'].map(hidden),
  PRIVATE_KEY.d,
  ...Object.values(PINNED_KEY),
  ...Object.values(CLIENT_KEY),
];

/** Values that are not secret and are shown unchanged. */
export const SHOWN: readonly string[] = ['AKIDSHOWN0000000', 'shown-client', 'shown-app', 'shown-user', '/shown-path'];

/** The default of `keys` is not a valid private key. A server cannot start with it, or with private members in a pinned key. */
export const configWithSecrets = (keys: readonly unknown[] = [PRIVATE_KEY]): ConfigInput => ({
  secret: hidden('instance'),
  adminToken: hidden('admin-token'),
  credentials: { accessKeyId: 'AKIDSHOWN0000000', secretAccessKey: hidden('administrator') },
  issuers: {
    mine: {
      issuer: 'https://mine.example.com',
      ...(keys.length === 0 ? {} : { keys: [...keys] }),
      clients: [{ clientId: 'shown-client', clientSecret: hidden('client') }],
    },
    ...(keys.length === 0
      ? {}
      : {
          foreign: { issuer: 'https://foreign.example.com', jwks: { keys: [{ kty: 'RSA', ...PINNED_KEY }] } },
          asserting: { clients: [{ clientId: 'asserting', jwks: { keys: [{ kty: 'RSA', ...CLIENT_KEY }] } }] },
        }),
  },
  sts: {
    opaqueTokens: [
      { provider: 'www.amazon.com', token: hidden('opaque-token'), appId: 'shown-app', userId: 'shown-user' },
    ],
  },
  credentialEndpoints: [
    {
      kind: 'ecs',
      path: '/shown-path',
      roleArn: 'arn:aws:iam::000000000000:role/task',
      sessionName: 'task',
      authorization: hidden('authorization'),
    },
  ],
  accounts: {
    '000000000000': {
      users: [{ name: 'ann', accessKeys: [{ id: 'AKIDANN000000000', secret: hidden('access-key') }] }],
    },
  },
});
