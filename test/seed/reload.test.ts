/** Reloading the configuration: sessions stay valid, rejected changes change nothing, all errors are reported. */
import { CreateRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { resolveConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { type Emulator, startEmulator } from '../../src/emulator.ts';
import { assume } from '../../src/library/assume.ts';

const GITHUB = 'token.actions.githubusercontent.com';
const provider = { url: `https://${GITHUB}`, clientIds: ['sts.amazonaws.com'] };
const role = (name: string, sub: string, more = {}) => ({
  name,
  trust: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::000000000000:oidc-provider/${GITHUB}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: { [`${GITHUB}:sub`]: sub } },
      },
    ],
  },
  ...more,
});
const declaring = (...roles: object[]): ConfigInput =>
  ({ accounts: { '000000000000': { oidcProviders: [provider], roles } } }) as ConfigInput;
const settings = (input: ConfigInput) => resolveConfig({ port: 0, logLevel: 'silent', ...input });

let emulator: Emulator;
afterEach(() => emulator.close());

const start = async (input: ConfigInput): Promise<void> => {
  emulator = await startEmulator(settings(input));
};

const deploy = (name = 'deploy') =>
  assume(
    {
      role: `arn:aws:iam::000000000000:role/${name}`,
      issuer: 'github-actions',
      claims: { repository: 'octo-org/octo-repo' },
    },
    { url: emulator.url, mint: emulator.idp.mint, decision: id => emulator.decisionLog.get(id) },
  );

/** Whether the keys of a session are still valid. */
const isAlive = async (session: Awaited<ReturnType<typeof deploy>>): Promise<boolean> => {
  const client = new STSClient({ endpoint: emulator.url, region: 'us-east-1', maxAttempts: 1, credentials: session });
  const answer = await client.send(new GetCallerIdentityCommand({})).catch((error: Error) => error.name);
  client.destroy();
  return typeof answer !== 'string';
};

const faultsOf = (reloaded: Promise<void>): Promise<readonly string[]> =>
  reloaded.then(
    () => [],
    (error: unknown) => {
      if (!(error instanceof ConfigError)) throw error;
      return error.faults.map(({ path, message }) => `${path} ${message}`);
    },
  );

describe('reload', () => {
  it('creates, changes and deletes roles; sessions of remaining roles stay valid', async () => {
    await start(declaring(role('deploy', 'repo:octo-org/*'), role('gone', 'repo:octo-org/*')));
    const session = await deploy();
    const lost = await deploy('gone');
    await emulator.reload(settings(declaring(role('deploy', 'repo:someone-else/*'), role('new', 'repo:octo-org/*'))));

    expect(await isAlive(session)).toBe(true);
    expect(await isAlive(lost)).toBe(false);
    await expect(deploy()).rejects.toMatchObject({ code: 'AccessDenied', decision: { reason: 'implicit-deny' } });
    await expect(deploy('new')).resolves.toBeDefined();
    await expect(deploy('gone')).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('does not restore the sessions of a role that was deleted and created again', async () => {
    const both = settings(declaring(role('deploy', 'repo:octo-org/*')));
    await start(declaring(role('deploy', 'repo:octo-org/*')));
    const session = await deploy();
    await emulator.reload(settings(declaring()));
    await emulator.reload(both);
    expect(await isAlive(session)).toBe(false);
    expect(await isAlive(await deploy())).toBe(true);
  });

  it('keeps entities that API calls created', async () => {
    await start(declaring(role('deploy', 'repo:octo-org/*')));
    const client = new IAMClient({
      endpoint: emulator.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { trust } = role('called', 'repo:octo-org/*');
    await client.send(new CreateRoleCommand({ RoleName: 'called', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    const session = await deploy('called');
    await emulator.reload(settings(declaring(role('new', 'repo:octo-org/*'))));
    const { Roles } = await client.send(new ListRolesCommand({}));
    client.destroy();
    expect(Roles?.map(({ RoleName }) => RoleName)).toEqual(['called', 'new']);
    expect(await isAlive(session)).toBe(true);
  });

  it('reports every error and changes nothing', async () => {
    await start({ ...declaring(role('deploy', 'repo:octo-org/*')), issuers: { mine: { preset: 'gitlab-ci' } } });
    const session = await deploy();
    const faults = await faultsOf(
      emulator.reload(
        settings({
          ...declaring(role('deploy', 'repo:other/*'), role('bad name', 'repo:octo-org/*'), { name: 'x', trust: '{' }),
          issuers: { mine: { preset: 'gitlab-cy' } },
        }),
      ),
    );
    expect(faults).toHaveLength(3);
    expect(faults[0]).toContain('/accounts/000000000000/roles/1 role bad name: ValidationError');
    expect(faults[1]).toContain('/accounts/000000000000/roles/2 role x: MalformedPolicyDocument');
    expect(faults[2]).toContain('/issuers/mine/preset ');
    expect(emulator.idp.registry.get('mine')).toMatchObject({ preset: 'gitlab-ci' });
    await expect(deploy()).resolves.toBeDefined();
    expect(await isAlive(session)).toBe(true);
  });

  it('keeps the keys of issuers: earlier tokens stay valid', async () => {
    await start({ ...declaring(role('deploy', 'repo:octo-org/*')), issuers: { mine: { preset: 'gitlab-ci' } } });
    const before = await emulator.idp.registry.jwks('github-actions');
    const mine = await emulator.idp.registry.jwks('mine');
    await emulator.reload(settings({ issuers: { mine: { preset: 'gitlab-ci', claims: { ref: 'main' } } } }));
    expect(await emulator.idp.registry.jwks('github-actions')).toEqual(before);
    expect(await emulator.idp.registry.jwks('mine')).toEqual(mine);
    expect(emulator.idp.registry.get('mine')?.claims).toEqual({ ref: 'main' });
  });

  it('determines the state that a reset restores', async () => {
    await start(declaring());
    await emulator.reload(settings({ ...declaring(role('deploy', 'repo:octo-org/*')), issuers: { mine: {} } }));
    const session = await deploy();
    await emulator.reset();
    expect(emulator.idp.registry.get('mine')).toBeDefined();
    await expect(deploy()).resolves.toBeDefined();
    expect(await isAlive(session), 'a reset ends sessions').toBe(false);
  });
});
