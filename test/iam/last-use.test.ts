/** When keys and roles were last used, as GetAccessKeyLastUsed and GetRole tell it. */
import type { AccessKey } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { sealSession, sessionSecret, temporaryKeyId } from '../../src/iam/credentials.ts';
import { roleByName } from '../../src/iam/model.ts';
import { ACCOUNT, type House, makeHouse } from './house.ts';
import { ROOT_TRUST, send } from './world.ts';

describe('an access key', () => {
  it('that never signed has no date; afterwards it has date, service and region, also of a refused call', async () => {
    const house = makeHouse();
    await send(house, 'CreateUser', { UserName: 'u' });
    const { AccessKey: made } = (await send(house, 'CreateAccessKey', { UserName: 'u' })) as { AccessKey: AccessKey };
    const keys = { accessKeyId: made.AccessKeyId ?? '', secretAccessKey: made.SecretAccessKey ?? '' };
    const lastUsed = () => send(house, 'GetAccessKeyLastUsed', { AccessKeyId: keys.accessKeyId });
    expect(await lastUsed()).toMatchObject({
      UserName: 'u',
      AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
    });
    await send(house, 'ListRoles', {}, keys).catch(() => undefined);
    expect(await lastUsed()).toMatchObject({
      AccessKeyLastUsed: { LastUsedDate: expect.any(Date), ServiceName: 'iam', Region: 'us-east-1' },
    });
  });
});

describe('a role', () => {
  it('was last used when its session last called', async () => {
    const house = makeHouse();
    await send(house, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST });
    const used = async () => ((await send(house, 'GetRole', { RoleName: 'r' })) as { Role: object }).Role;
    expect(await used()).toMatchObject({ RoleLastUsed: {} });
    await send(house, 'GetUser', {}, session(house, 'r')).catch(() => undefined);
    const RoleLastUsed = { LastUsedDate: expect.any(Date), Region: 'us-east-1' };
    expect(await used()).toMatchObject({ RoleLastUsed });
    expect(await send(house, 'GetAccountAuthorizationDetails', { Filter: ['Role'] })).toMatchObject({
      RoleDetailList: [{ RoleLastUsed }],
    });
  });
});

function session({ deps, clock, store }: House, roleName: string) {
  const accessKeyId = temporaryKeyId(ACCOUNT, deps.dice.bytes(12));
  const issuedAt = clock.now();
  const entityId = roleByName(store, ACCOUNT, roleName)?.id ?? '';
  const sessionToken = sealSession(
    { kind: 'role', account: ACCOUNT, accessKeyId, issuedAt, expiresAt: issuedAt + 900_000, entityId, name: 's' },
    deps.sealer,
  );
  return { accessKeyId, secretAccessKey: sessionSecret(accessKeyId, deps.sealer), sessionToken };
}
