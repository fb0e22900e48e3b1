/** Last use of access keys and roles in GetAccessKeyLastUsed and GetRole. */
import type { AccessKey } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { roleByName } from '../../src/accounts/model.ts';
import { isKnownId } from '../../src/authorization/credentials.ts';
import { LastUse } from '../../src/authorization/last-use.ts';
import { type Caller, encryptSession, sessionSecret, temporaryKeyId } from '../../src/authorization/principals.ts';
import type { Call } from '../../src/aws/operation.ts';
import { ROOT_TRUST, send } from '../iam/fixtures.ts';
import { ACCOUNT, createHarness, type Harness } from '../iam/harness.ts';

describe('an access key', () => {
  it('without a call has no date; afterwards it has date, service and region, also for a denied call', async () => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'u' });
    const { AccessKey: made } = (await send(harness, 'CreateAccessKey', { UserName: 'u' })) as { AccessKey: AccessKey };
    const keys = { accessKeyId: made.AccessKeyId ?? '', secretAccessKey: made.SecretAccessKey ?? '' };
    const lastUsed = () => send(harness, 'GetAccessKeyLastUsed', { AccessKeyId: keys.accessKeyId });
    expect(await lastUsed()).toMatchObject({
      UserName: 'u',
      AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
    });
    await send(harness, 'ListRoles', {}, keys).catch(() => undefined);
    expect(await lastUsed()).toMatchObject({
      AccessKeyLastUsed: { LastUsedDate: expect.any(Date), ServiceName: 'iam', Region: 'us-east-1' },
    });
  });
});

describe('a role', () => {
  it('was last used at the last call of its session', async () => {
    const harness = createHarness();
    await send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST });
    const used = async () => ((await send(harness, 'GetRole', { RoleName: 'r' })) as { Role: object }).Role;
    expect(await used()).toMatchObject({ RoleLastUsed: {} });
    await send(harness, 'GetUser', {}, session(harness, 'r')).catch(() => undefined);
    const RoleLastUsed = { LastUsedDate: expect.any(Date), Region: 'us-east-1' };
    expect(await used()).toMatchObject({ RoleLastUsed });
    expect(await send(harness, 'GetAccountAuthorizationDetails', { Filter: ['Role'] })).toMatchObject({
      RoleDetailList: [{ RoleLastUsed }],
    });
  });
});

function session({ deps, clock, store }: Harness, roleName: string) {
  const accessKeyId = temporaryKeyId(ACCOUNT, deps.random.bytes(12));
  const issuedAt = clock.now();
  const entityId = roleByName(store, ACCOUNT, roleName)?.id ?? '';
  const sessionToken = encryptSession(
    { kind: 'role', account: ACCOUNT, accessKeyId, issuedAt, expiresAt: issuedAt + 900_000, entityId, name: 's' },
    deps.sealer,
  );
  return { accessKeyId, secretAccessKey: sessionSecret(accessKeyId, deps.sealer), sessionToken };
}

describe('stored entries', () => {
  const call = (id: string, region = 'us-east-1') => ({
    ...({} as Call<Caller>),
    caller: { kind: 'user', accessKeyId: id } as Caller,
    now: 1,
    service: 'iam',
    region,
  });

  it('removes entries of deleted keys and roles when there are many', () => {
    const there = new Set(Array.from({ length: 100 }, (_, at) => `AKIA-${at}`));
    const uses = new LastUse(id => there.has(id));
    for (const id of there) uses.observe({ call: call(id) });
    let most = 0;
    for (let at = 0; at < 20_000; at++) {
      uses.observe({ call: call(`AKIA-GONE-${at}`) });
      most = Math.max(most, uses.count);
    }
    expect(most).toBeLessThanOrEqual(1000);
    for (const id of there) expect(uses.of(id)).toEqual({ at: 1, service: 'iam', region: 'us-east-1' });
    expect(uses.of('AKIA-GONE-0')).toBeUndefined();
  });

  it('keeps entries of all existing keys and roles', () => {
    const uses = new LastUse();
    for (let at = 0; at < 5000; at++) uses.observe({ call: call(`AKIA-${at}`) });
    expect(uses.count).toBe(5000);
  });

  it('truncates an invalid region', () => {
    const uses = new LastUse();
    uses.observe({ call: call('AKIA', 'r'.repeat(60_000)) });
    expect(uses.of('AKIA')?.region).toBe(`${'r'.repeat(61)}…`);
    uses.observe({ call: call('AKIA', 's'.repeat(60_000)) });
    expect(uses.of('AKIA')?.region).toBe(`${'s'.repeat(61)}…`);
  });

  it('knows which keys and roles exist', async () => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'u' });
    const { AccessKey: made } = (await send(harness, 'CreateAccessKey', { UserName: 'u' })) as { AccessKey: AccessKey };
    await send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST });
    const role = roleByName(harness.store, ACCOUNT, 'r')?.id ?? '';
    const builtIn = { find: (id: string) => (id === 'test' ? ({} as never) : undefined) };
    const known = (id: string) => isKnownId(id, { ...harness.deps, builtIn });
    expect([known(made.AccessKeyId ?? ''), known(role), known('test'), known('AKIA')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await send(harness, 'DeleteRole', { RoleName: 'r' });
    expect(known(role)).toBe(false);
  });
});
