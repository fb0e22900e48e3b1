/** An emulator for a test file, with AWS SDK clients and helpers for each step of the federation. */
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, type Credentials, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeEach } from 'vitest';
import { type ConfigInput, type Rolecall, startRolecall } from '../../src/index.ts';

export const GITHUB = 'token.actions.githubusercontent.com';
export const AUDIENCE = 'sts.amazonaws.com';
export const ACCOUNT = '000000000000';
export const PROVIDER_ARN = `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}`;
export const MAIN_SUB = 'repo:octo-org/octo-repo:ref:refs/heads/main';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const ADMINISTRATOR: Keys = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface TestBed {
  readonly rolecall: Rolecall;
  iam(keys?: Keys): IAMClient;
  sts(keys?: Keys): STSClient;
  /** Calls the control API; returns status and parsed body. */
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Posts a form to `/` without a signature. */
  form(fields: Readonly<Record<string, string>>): Promise<{ status: number; text: string; headers: Headers }>;
  /** Registers the GitHub issuer. */
  registerGitHub(clientIds?: readonly string[]): Promise<string>;
  /** Creates a role that trusts GitHub tokens with these conditions; returns its ARN. */
  createRole(name: string, condition?: unknown): Promise<string>;
  mint(claims?: Readonly<Record<string, unknown>>, more?: Readonly<Record<string, unknown>>): Promise<string>;
  assume(
    roleArn: string,
    token: string,
    more?: Readonly<Record<string, unknown>>,
  ): Promise<Keys & { expiration: Date }>;
}

/** Starts one emulator for the file, resets it before each test, and closes it after the last test. */
export async function useEmulator(config: ConfigInput = {}): Promise<TestBed> {
  const rolecall = await startRolecall(config);
  const clients: { destroy(): void }[] = [];
  const keep = <C extends { destroy(): void }>(client: C): C => {
    clients.push(client);
    return client;
  };
  beforeEach(() => rolecall.reset());
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await rolecall.close();
  });
  const options = (keys: Keys) => ({
    endpoint: rolecall.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: keys,
  });
  const bed: TestBed = {
    rolecall,
    iam: (keys = ADMINISTRATOR) => keep(new IAMClient(options(keys))),
    sts: (keys = ADMINISTRATOR) => keep(new STSClient(options(keys))),
    async control(method, path, body) {
      const answer = await fetch(`${rolecall.url}/_rolecall${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const json = answer.headers.get('content-type')?.includes('json') ?? false;
      return { status: answer.status, body: json ? JSON.parse(text) : text };
    },
    async form(fields) {
      const answer = await fetch(rolecall.url, { method: 'POST', body: new URLSearchParams(fields) });
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    },
    async registerGitHub(clientIds = [AUDIENCE]) {
      const answer = await bed
        .iam()
        .send(new CreateOpenIDConnectProviderCommand({ Url: `https://${GITHUB}`, ClientIDList: [...clientIds] }));
      return answer.OpenIDConnectProviderArn ?? '';
    },
    async createRole(name, condition = { StringEquals: { [`${GITHUB}:aud`]: AUDIENCE, [`${GITHUB}:sub`]: MAIN_SUB } }) {
      const trust = {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: PROVIDER_ARN },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: condition,
          },
        ],
      };
      const { Role } = await bed
        .iam()
        .send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
      return Role?.Arn ?? '';
    },
    async mint(claims = {}, more = {}) {
      const { token } = await rolecall.mint({ issuer: 'github-actions', audience: AUDIENCE, claims, ...more });
      return token;
    },
    async assume(roleArn, token, more = {}) {
      const { Credentials: credentials } = await bed.sts().send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: 'test-session',
          WebIdentityToken: token,
          ...more,
        }),
      );
      return { ...keysOf(credentials), expiration: credentials?.Expiration ?? new Date(0) };
    },
  };
  return bed;
}

/** Credentials of an STS reply in the format of SDK clients. */
export function keysOf(credentials: Credentials | undefined): Keys & { sessionToken: string } {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Code, status and message of the error of an SDK call; throws if the call succeeds. */
export async function refusal(call: Promise<unknown>): Promise<{ code: string; status: number; message: string }> {
  const error: unknown = await call.then(
    () => {
      throw new Error('the call succeeded');
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || !('$metadata' in error)) throw error;
  const metadata = error.$metadata as { httpStatusCode?: number };
  return { code: error.name, status: metadata.httpStatusCode ?? 0, message: error.message };
}
