/** The schema of the configuration: types, defaults, environment variables and the descriptions in the documentation. */
import { type Static, Type } from 'typebox';
import { AccountsSettings, OrganizationSettings } from './accounts.ts';
import { type Filled, section, withDefault } from './defaults.ts';
import { IssuerSettings } from './issuers.ts';
import type { ReadonlyDeep } from './read-only.ts';
import { secret } from './secrets.ts';

const option = <const V extends readonly string[]>(values: V, fallback: V[number], description: string, env: string) =>
  withDefault(Type.Unsafe<V[number]>({ type: 'string', enum: [...values], description, env }), fallback);

const text = (
  description: string,
  extra: { env?: string; pattern?: string; minLength?: number; writeOnly?: true } = {},
) => Type.Optional(Type.String({ description, ...extra }));

const strict = { additionalProperties: false };

/** A file path. PEM text is not accepted: it would be printed as a path. */
const filePath = { minLength: 1, maxLength: 4096, pattern: '^(?!.*-----BEGIN)[^\\r\\n]*$' };

const OpaqueToken = Type.Object(
  {
    provider: Type.Unsafe<'www.amazon.com' | 'graph.facebook.com'>({
      type: 'string',
      enum: ['www.amazon.com', 'graph.facebook.com'],
      description: 'ProviderId of the AssumeRoleWithWebIdentity call.',
    }),
    token: Type.String({ minLength: 4, maxLength: 20_000, description: 'The access token.', ...secret }),
    appId: Type.String({ minLength: 1, description: 'Application ID: the audience of the token.' }),
    userId: Type.String({ minLength: 1, description: 'User ID: the subject of the token.' }),
    expiresAt: Type.Optional(
      Type.Number({ description: 'Expiration in epoch milliseconds of the emulator clock; default: never.' }),
    ),
  },
  strict,
);

/** Credentials for a workload, served in the format of the ECS agent and the EKS Pod Identity Agent. */
const CredentialEndpoint = Type.Object(
  {
    kind: Type.Unsafe<'ecs' | 'eks'>({
      type: 'string',
      enum: ['ecs', 'eks'],
      description: 'Agent to emulate: the ECS container agent or the EKS Pod Identity Agent.',
    }),
    path: Type.String({
      pattern: '^/[!-~]*$',
      description: 'Path below /credentials, and on the hosts 169.254.170.2 and 169.254.170.23.',
    }),
    roleArn: Type.String({ minLength: 20, maxLength: 2048, description: 'ARN of the role of the task or pod.' }),
    sessionName: Type.String({ pattern: '^[\\w+=,.@-]{2,64}$', description: 'Name of the role session.' }),
    seconds: Type.Optional(
      Type.Integer({
        minimum: 900,
        maximum: 43_200,
        description: 'Session duration in seconds; default: 3600 for `ecs`, 21600 for `eks`.',
      }),
    ),
    authorization: Type.Optional(
      Type.String({ minLength: 1, description: 'Required value of the Authorization header.', ...secret }),
    ),
    serviceAccount: Type.Optional(
      Type.Object(
        { issuer: Type.String(), clusterArn: Type.String(), namespace: Type.String(), name: Type.String() },
        { ...strict, description: 'For EKS: the service account whose token must be in the Authorization header.' },
      ),
    ),
  },
  strict,
);

export const ConfigSchema = Type.Object(
  {
    host: withDefault(Type.String({ description: 'Address to listen on.', env: 'ROLECALL_HOST' }), '127.0.0.1'),
    port: withDefault(
      Type.Integer({
        minimum: 0,
        maximum: 65535,
        env: 'ROLECALL_PORT',
        description: 'Port to listen on; 0 selects any free port.',
      }),
      4592,
    ),
    publicUrl: text('URL at which clients reach this server; the base of URLs in discovery documents.', {
      env: 'ROLECALL_PUBLIC_URL',
      pattern: '^https?://[^/@?#]+$',
    }),
    tls: section({
      enabled: withDefault(
        Type.Boolean({
          env: 'ROLECALL_TLS',
          description: 'Whether to also serve HTTPS, under the real host names of AWS and the issuers.',
        }),
        false,
      ),
      port: withDefault(
        Type.Integer({
          minimum: 0,
          maximum: 65535,
          env: 'ROLECALL_TLS_PORT',
          description: 'HTTPS port; 0 selects any free port.',
        }),
        4593,
      ),
      certificateAuthority: Type.Optional(
        Type.Object(
          {
            cert: Type.String({
              ...filePath,
              description: 'PEM file with its certificate, followed by the issuing certificates up to the root.',
            }),
            key: Type.String({ ...filePath, description: 'PEM file with its RSA or EC private key.' }),
          },
          {
            ...strict,
            description: 'The certificate authority that signs server certificates; default: a new one at each start.',
          },
        ),
      ),
    }),
    allowedHosts: withDefault(
      Type.Array(Type.String(), {
        description:
          'Host names to accept in addition to loopback names, IP addresses, single-label names and AWS names.',
      }),
      [],
    ),
    allowedOrigins: withDefault(
      Type.Array(Type.String(), {
        maxItems: 100,
        description:
          'Origins (`http://localhost:3000`) whose pages may send signed AWS calls; any page may send unsigned STS calls.',
      }),
      [],
    ),
    secret: text('The instance secret; replicas with the same secret accept each other’s sessions.', {
      env: 'ROLECALL_SECRET',
      minLength: 1,
      ...secret,
    }),
    keysFolder: text('Directory that stores RSA keys, so that they survive a restart; requires `secret`.', {
      env: 'ROLECALL_KEYS_FOLDER',
    }),
    adminToken: text('Bearer token that the control API requires.', {
      env: 'ROLECALL_ADMIN_TOKEN',
      minLength: 1,
      ...secret,
    }),
    seed: text(
      'Seed for generated IDs, so that they are the same in every run; keys and secrets do not depend on it.',
      { env: 'ROLECALL_SEED' },
    ),
    logLevel: option(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
      'Minimum severity of log messages.',
      'ROLECALL_LOG_LEVEL',
    ),
    credentials: section({
      enabled: withDefault(Type.Boolean({ description: 'Whether the built-in administrator exists.' }), true),
      defaultAccount: withDefault(
        Type.String({
          pattern: '^\\d{12}$',
          description: 'Account of the built-in administrator.',
        }),
        '000000000000',
      ),
      accessKeyId: withDefault(
        Type.String({ minLength: 1, description: 'Access key ID of the built-in administrator.' }),
        'test',
      ),
      secretAccessKey: withDefault(
        Type.String({
          minLength: 1,
          description: 'Secret access key of the built-in administrator.',
          ...secret,
        }),
        'test',
      ),
      anyAccount: withDefault(
        Type.Boolean({
          description: 'Whether a 12-digit access key ID identifies the administrator of that account.',
        }),
        true,
      ),
    }),
    iam: section({
      providerUrls: option(
        ['local', 'aws', 'any'],
        'local',
        'Which OIDC provider URLs may be registered: `aws` applies the rules of AWS, `local` also allows local URLs, `any` allows all.',
        'ROLECALL_IAM_PROVIDER_URLS',
      ),
    }),
    sts: section({
      errorTexts: option(
        ['2026', 'classic'],
        '2026',
        'Which generation of STS error messages to return.',
        'ROLECALL_STS_ERROR_TEXTS',
      ),
      opaqueTokens: withDefault(
        Type.Array(OpaqueToken, {
          maxItems: 1000,
          description: 'Accepted access tokens of Login with Amazon and Facebook.',
        }),
        [],
      ),
      disabledRegions: withDefault(
        Type.Record(Type.String(), Type.Array(Type.String()), {
          description: 'Regions in which STS is deactivated, by account number.',
        }),
        {},
      ),
    }),
    credentialEndpoints: withDefault(
      Type.Array(CredentialEndpoint, {
        maxItems: 1000,
        description: 'Credential endpoints of ECS tasks and EKS pods.',
      }),
      [],
    ),
    decisions: section({
      capacity: withDefault(
        Type.Integer({
          minimum: 0,
          maximum: 100_000,
          env: 'ROLECALL_DECISIONS_CAPACITY',
          description: 'Maximum number of decisions in the decision log; 0 keeps none.',
        }),
        1000,
      ),
      maxBytes: withDefault(
        Type.Integer({
          minimum: 1_048_576,
          maximum: 4_294_967_296,
          env: 'ROLECALL_DECISIONS_MAX_BYTES',
          description: 'Approximate memory limit of the decision log in bytes; the oldest decisions are removed first.',
        }),
        33_554_432,
      ),
    }),
    issuers: withDefault(
      Type.Record(Type.String(), IssuerSettings, {
        description: 'Issuers by ID; presets exist without a declaration.',
      }),
      {},
    ),
    accounts: withDefault(AccountsSettings, {}),
    organization: Type.Optional(OrganizationSettings),
  },
  {
    ...strict,
    title: 'Rolecall configuration',
    description: 'Settings in rolecall.yaml or rolecall.json, in flags and in environment variables.',
  },
);

/** Input of a configuration file or of `startRolecall()`; every setting is optional. */
export type ConfigInput = ReadonlyDeep<Static<typeof ConfigSchema>>;

/** A validated configuration with all defaults filled in. */
export type Config = Filled<(typeof ConfigSchema)['properties']>;
