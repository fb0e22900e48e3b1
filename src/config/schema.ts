/** The one schema of the configuration: types, defaults, environment names and the sentences of the docs. */
import { type Static, Type } from 'typebox';
import { AccountsSettings, OrganizationSettings } from './accounts.ts';
import { IssuerSettings } from './issuers.ts';
import { secret } from './secrets.ts';

const option = <const V extends readonly string[]>(values: V, fallback: V[number], description: string, env?: string) =>
  Type.Optional(
    Type.Unsafe<V[number]>({ type: 'string', enum: [...values], default: fallback, description, ...(env && { env }) }),
  );

const text = (
  description: string,
  extra: { env?: string; default?: string; pattern?: string; minLength?: number; writeOnly?: true } = {},
) => Type.Optional(Type.String({ description, ...extra }));

const strict = { additionalProperties: false };

/** The path of a file; not the PEM that is in it, which would be shown like one. */
const onePath = { minLength: 1, maxLength: 4096, pattern: '^(?!.*-----BEGIN)[^\\r\\n]*$' };

const OpaqueToken = Type.Object(
  {
    provider: Type.Unsafe<'www.amazon.com' | 'graph.facebook.com'>({
      type: 'string',
      enum: ['www.amazon.com', 'graph.facebook.com'],
    }),
    token: Type.String({ minLength: 4, maxLength: 20_000, ...secret }),
    appId: Type.String({ minLength: 1 }),
    userId: Type.String({ minLength: 1 }),
    expiresAt: Type.Optional(Type.Number({ description: 'Epoch milliseconds of the movable clock; absent: never.' })),
  },
  strict,
);

/** Credentials offered to a workload as the agents of ECS and EKS Pod Identity offer them. */
const CredentialEndpoint = Type.Object(
  {
    kind: Type.Unsafe<'ecs' | 'eks'>({ type: 'string', enum: ['ecs', 'eks'] }),
    path: Type.String({
      pattern: '^/[!-~]*$',
      description: 'Path below /credentials, and on 169.254.170.2 and 169.254.170.23.',
    }),
    roleArn: Type.String({ minLength: 20, maxLength: 2048 }),
    sessionName: Type.String({ pattern: '^[\\w+=,.@-]{2,64}$' }),
    seconds: Type.Optional(Type.Integer({ minimum: 900, maximum: 43_200 })),
    authorization: Type.Optional(
      Type.String({ minLength: 1, description: 'What the Authorization header must be.', ...secret }),
    ),
    serviceAccount: Type.Optional(
      Type.Object(
        { issuer: Type.String(), clusterArn: Type.String(), namespace: Type.String(), name: Type.String() },
        { ...strict, description: 'For EKS: the service account whose token the Authorization header must be.' },
      ),
    ),
  },
  strict,
);
export type CredentialEndpoint = Static<typeof CredentialEndpoint>;

export const ConfigSchema = Type.Object(
  {
    host: text('Address to listen on.', { env: 'ROLECALL_HOST', default: '127.0.0.1' }),
    port: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65535,
        default: 4592,
        env: 'ROLECALL_PORT',
        description: 'Port to listen on; 0 takes any free one.',
      }),
    ),
    publicUrl: text('URL under which clients reach this server; the base of URLs in discovery documents.', {
      env: 'ROLECALL_PUBLIC_URL',
      pattern: '^https?://[^/@?#]+$',
    }),
    tls: Type.Optional(
      Type.Object(
        {
          enabled: Type.Optional(
            Type.Boolean({
              default: false,
              env: 'ROLECALL_TLS',
              description: 'Whether everything is served over HTTPS too, under the real names of AWS and the issuers.',
            }),
          ),
          port: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 65535,
              default: 4593,
              env: 'ROLECALL_TLS_PORT',
              description: 'Port of HTTPS; 0 takes any free one.',
            }),
          ),
          certificateAuthority: Type.Optional(
            Type.Object(
              {
                cert: Type.String({
                  ...onePath,
                  description: 'File with its certificate, and with those above it up to the root, in PEM.',
                }),
                key: Type.String({ ...onePath, description: 'File with its RSA or EC private key, in PEM.' }),
              },
              {
                ...strict,
                description: 'The certificate authority to issue from; a new one at every start when left out.',
              },
            ),
          ),
        },
        strict,
      ),
    ),
    allowedHosts: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Host names answered besides loopback, addresses, single-label names and AWS names.',
      }),
    ),
    allowedOrigins: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 100,
        description:
          'Origins (`http://localhost:3000`) whose pages may send signed AWS calls; unsigned calls of STS are open to every page.',
      }),
    ),
    secret: text('The instance secret; replicas that share it accept each other’s sessions.', {
      env: 'ROLECALL_SECRET',
      minLength: 1,
      ...secret,
    }),
    keysFolder: text('Folder that keeps RSA keys over a restart; needs `secret`.', { env: 'ROLECALL_KEYS_FOLDER' }),
    adminToken: text('Bearer token the control API asks for.', {
      env: 'ROLECALL_ADMIN_TOKEN',
      minLength: 1,
      ...secret,
    }),
    seed: text('Makes ids repeat from run to run; never keys or secrets.', { env: 'ROLECALL_SEED' }),
    logLevel: option(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
      'How much is logged.',
      'ROLECALL_LOG_LEVEL',
    ),
    credentials: Type.Optional(
      Type.Object(
        {
          enabled: Type.Optional(
            Type.Boolean({ default: true, description: 'Whether the built-in administrator exists.' }),
          ),
          defaultAccount: Type.Optional(Type.String({ pattern: '^\\d{12}$', default: '000000000000' })),
          accessKeyId: Type.Optional(Type.String({ minLength: 1, default: 'test' })),
          secretAccessKey: Type.Optional(Type.String({ minLength: 1, default: 'test', ...secret })),
          anyAccount: Type.Optional(
            Type.Boolean({
              default: true,
              description: 'Whether a 12-digit access key id is the administrator of that account.',
            }),
          ),
        },
        strict,
      ),
    ),
    iam: Type.Optional(
      Type.Object(
        {
          providerUrls: option(
            ['local', 'aws', 'any'],
            'local',
            'Which OIDC provider URLs may be registered: AWS’s rule, AWS’s rule and local ones, or any.',
            'ROLECALL_IAM_PROVIDER_URLS',
          ),
        },
        strict,
      ),
    ),
    sts: Type.Optional(
      Type.Object(
        {
          errorTexts: option(
            ['2026', 'classic'],
            '2026',
            'Which generation of STS error texts is answered.',
            'ROLECALL_STS_ERROR_TEXTS',
          ),
          opaqueTokens: Type.Optional(
            Type.Array(OpaqueToken, {
              maxItems: 1000,
              description: 'Access tokens of Login with Amazon and Facebook that are accepted.',
            }),
          ),
          disabledRegions: Type.Optional(
            Type.Record(Type.String(), Type.Array(Type.String()), {
              description: 'Regions in which STS is switched off, by account.',
            }),
          ),
        },
        strict,
      ),
    ),
    credentialEndpoints: Type.Optional(
      Type.Array(CredentialEndpoint, {
        maxItems: 1000,
        description: 'Credential endpoints of ECS tasks and EKS pods.',
      }),
    ),
    decisions: Type.Optional(
      Type.Object(
        {
          capacity: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 100_000,
              default: 1000,
              env: 'ROLECALL_DECISIONS_CAPACITY',
              description: 'How many decisions the book keeps; 0 keeps none.',
            }),
          ),
          maxBytes: Type.Optional(
            Type.Integer({
              minimum: 1_048_576,
              maximum: 4_294_967_296,
              default: 33_554_432,
              env: 'ROLECALL_DECISIONS_MAX_BYTES',
              description: 'Memory that the decisions may take, about; the oldest leave first.',
            }),
          ),
        },
        strict,
      ),
    ),
    issuers: Type.Optional(
      Type.Record(Type.String(), IssuerSettings, {
        description: 'Issuers by id; presets are there without being declared.',
      }),
    ),
    accounts: Type.Optional(AccountsSettings),
    organization: Type.Optional(OrganizationSettings),
  },
  { ...strict, title: 'Rolecall configuration', description: 'rolecall.yaml, rolecall.json, flags and environment.' },
);

/** What a configuration file or `startRolecall()` may say. */
export type ConfigInput = Static<typeof ConfigSchema>;

/** A configuration with every default filled in. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  readonly tls: {
    readonly enabled: boolean;
    readonly port: number;
    readonly certificateAuthority: { readonly cert: string; readonly key: string } | undefined;
  };
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly secret: string | undefined;
  readonly keysFolder: string | undefined;
  readonly adminToken: string | undefined;
  readonly seed: string | undefined;
  readonly logLevel: NonNullable<ConfigInput['logLevel']>;
  readonly credentials: Required<NonNullable<ConfigInput['credentials']>>;
  readonly iam: Required<NonNullable<ConfigInput['iam']>>;
  readonly sts: Required<NonNullable<ConfigInput['sts']>>;
  readonly credentialEndpoints: readonly CredentialEndpoint[];
  readonly decisions: Required<NonNullable<ConfigInput['decisions']>>;
  readonly issuers: Readonly<Record<string, IssuerSettings>>;
  readonly accounts: AccountsSettings;
  readonly organization: OrganizationSettings | undefined;
}
