/** `GET` and `PUT /_rolecall/state`: the state is exported as configuration and imported again. */
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetRoleCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { configurationText } from '../../src/cli/configuration-text.ts';
import { parseConfigText } from '../../src/config/load.ts';
import { startRolecall } from '../../src/index.ts';
import { newEcKey } from '../../src/kernel/new-key.ts';
import { METADATA } from '../iam/fixtures.ts';
import { ACCOUNT, PROVIDER_ARN, refusal, useEmulator } from '../support/emulator.ts';

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

describe('the state', async () => {
  const bed = await useEmulator({ secret: 'one-secret' });

  /** A provider, two roles that trust each other's account, a user with a key, and an issuer. */
  async function fill(): Promise<{ accessKeyId: string; secretAccessKey: string }> {
    await bed.registerGitHub();
    await bed.createRole('deploy');
    const iam = bed.iam();
    await iam.send(
      new CreateRoleCommand({ RoleName: 'server', Path: '/ec2/', AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
    await iam.send(new CreateUserCommand({ UserName: 'mona', Tags: [{ Key: 'team', Value: 'octo' }] }));
    await bed.control('PUT', '/issuers/own', { preset: 'custom', issuer: 'https://issuer.octo.test' });
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'mona' }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }

  it('is restored unchanged, with newly derived secrets', async () => {
    const key = await fill();
    const { body } = await bed.control('GET', '/state');
    expect(JSON.stringify(body)).not.toContain(key.secretAccessKey);
    await bed.rolecall.reset();
    expect((await bed.iam().send(new ListRolesCommand({}))).Roles).toEqual([]);
    expect(await bed.control('PUT', '/state', body)).toEqual({ status: 200, body: { status: 'ok' } });
    expect((await bed.control('GET', '/state')).body).toEqual(body);
    await bed.assume(`arn:aws:iam::${ACCOUNT}:role/deploy`, await bed.mint());
    expect((await bed.sts(key).send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/mona`);
    expect((await bed.control('GET', '/issuers/own')).status).toBe(200);
  });

  it('contains the clients of issuers; with secrets, also client secrets and issuer keys', async () => {
    const privateKey = newEcKey('P-256');
    const client = { clientId: 'app', redirectUris: ['https://app.octo.test/cb'] };
    const keys = [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'mine' }];
    const op = { preset: 'custom', issuer: 'https://op.octo.test', alg: 'ES256' };
    const whole = { ...op, keys, clients: [{ ...client, clientSecret: 'sesame' }] };
    expect((await bed.control('PUT', '/issuers/op', whole)).status).toBe(200);
    const open = (await bed.control('GET', '/state')).body as { issuers: Record<string, unknown> };
    expect(open.issuers['op']).toEqual({ ...op, clients: [client] });
    const secret = (await bed.control('GET', '/state?secrets=true')).body as { issuers: Record<string, unknown> };
    expect(secret.issuers['op']).toEqual(whole);
    // A rejected state restores the whole declaration.
    await bed.control('PUT', '/state', { issuers: { op: { preset: 'nonsense' } } });
    expect((await bed.control('GET', '/state?secrets=true')).body).toEqual(secret);
    expect((await bed.control('PUT', '/state', secret)).status).toBe(200);
    expect((await bed.control('GET', '/state?secrets=true')).body).toEqual(secret);
  });

  it('is valid configuration for another instance, as YAML and as JSON', async () => {
    await fill();
    const { body } = await bed.control('GET', '/state');
    for (const file of ['rolecall.yaml', 'rolecall.json']) {
      const config = parseConfigText(configurationText(body, file), file);
      await using other = await startRolecall({ ...config, secret: 'one-secret' });
      const again = await fetch(`${other.url}/_rolecall/state`);
      expect(await again.json()).toEqual(body);
    }
  });

  it('contains secrets on request from this machine', async () => {
    const key = await fill();
    const { body } = await bed.control('GET', '/state?secrets=true');
    expect(JSON.stringify(body)).toContain(key.secretAccessKey);
  });

  it('does not contain the built-in administrator of every account', async () => {
    await bed.iam().send(new ListRolesCommand({}));
    expect((await bed.control('GET', '/state')).body).toEqual({ accounts: { [ACCOUNT]: {} } });
  });

  it('invalidates the sessions of the previous state', async () => {
    await fill();
    const session = await bed.assume(`arn:aws:iam::${ACCOUNT}:role/deploy`, await bed.mint());
    const { body } = await bed.control('GET', '/state');
    await bed.control('PUT', '/state', body);
    expect((await refusal(bed.sts(session).send(new GetCallerIdentityCommand({})))).code).toBe('InvalidClientTokenId');
  });

  it.each([
    [
      'a role that IAM refuses',
      { accounts: { [ACCOUNT]: { roles: [{ name: 'x', trust: 'no json' }] } } },
      `/accounts/${ACCOUNT}/roles/0`,
    ],
    ['an unknown key', { accounts: { [ACCOUNT]: { rolls: [] } } }, `/accounts/${ACCOUNT}/rolls`],
    ['an invalid issuer', { issuers: { own: { preset: 'nonsense' } } }, '/issuers/own/preset'],
  ])('with %s is rejected completely and changes nothing', async (_, state, path) => {
    await fill();
    const before = (await bed.control('GET', '/state')).body;
    const { status, body } = await bed.control('PUT', '/state', state);
    expect({ status, body }).toMatchObject({ status: 400, body: { path } });
    expect((await bed.control('GET', '/state')).body).toEqual(before);
    await bed.iam().send(new GetRoleCommand({ RoleName: 'server' }));
  });

  it('may be larger than any AWS request', async () => {
    const roles = Array.from({ length: 1000 }, (_, at) => ({
      name: `role-${at}`,
      trust,
      inlinePolicies: {
        long: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${'a'.repeat(1500)}` }],
        },
      },
    }));
    const state = { accounts: { [ACCOUNT]: { roles } } };
    expect(JSON.stringify(state).length).toBeGreaterThan(1024 * 1024);
    expect((await bed.control('PUT', '/state', state)).status).toBe(200);
    expect((await bed.iam().send(new ListRolesCommand({ MaxItems: 1000 }))).Roles).toHaveLength(1000);
  });

  it('contains SAML providers with their unchanged metadata', async () => {
    const state = {
      accounts: { [ACCOUNT]: { samlProviders: [{ name: 'okta', metadata: METADATA, tags: { team: 'octo' } }] } },
    };
    expect((await bed.control('PUT', '/state', state)).status).toBe(200);
    expect((await bed.control('GET', '/state')).body).toEqual(state);
  });

  it('names the principals of trust policies by ARN', async () => {
    await fill();
    expect(JSON.stringify((await bed.control('GET', '/state')).body)).toContain(PROVIDER_ARN);
  });
});

describe('with an admin token', async () => {
  const bed = await useEmulator({ adminToken: 'letmein' });

  it('requires it', async () => {
    expect((await bed.control('GET', '/state')).status).toBe(401);
  });
});
