/** Operations on the account: summary, authorization details, aliases, outbound federation. */
import { describe, expect, it } from 'vitest';
import { answerOf } from '../../parity/iam-rows.ts';
import { ALLOW_S3, arn, build, ROOT_TRUST, send } from '../fixtures.ts';
import { ACCOUNT, createHarness } from '../harness.ts';

it('GetAccountSummary counts the entities', async () => {
  const harness = createHarness();
  await build(harness);
  const { SummaryMap } = await send(harness, 'GetAccountSummary');
  expect(SummaryMap).toMatchObject({
    Users: 3,
    Groups: 2,
    Roles: 3,
    Policies: 2,
    PolicyVersionsInUse: 3,
    InstanceProfiles: 2,
    Providers: 2,
    MFADevices: 2,
    MFADevicesInUse: 1,
    GlobalEndpointTokenVersion: 1,
    AccessKeysPerUserQuota: 2,
  });
  await send(harness, 'SetSecurityTokenServicePreferences', { GlobalEndpointTokenVersion: 'v2Token' });
  expect(await send(harness, 'GetAccountSummary')).toMatchObject({ SummaryMap: { GlobalEndpointTokenVersion: 2 } });
});

describe('GetAccountAuthorizationDetails', () => {
  it('returns all entities and policies, with documents', async () => {
    const harness = createHarness();
    await build(harness);
    const Filter = ['User', 'Group', 'Role', 'LocalManagedPolicy'];
    const details = await send(harness, 'GetAccountAuthorizationDetails', { Filter });
    const document = encodeURIComponent(ALLOW_S3).replaceAll('*', '%2A');
    expect(details['UserDetailList']).toContainEqual(
      expect.objectContaining({
        UserName: 'used',
        GroupList: ['used'],
        UserPolicyList: [{ PolicyName: 'inline', PolicyDocument: document }],
        AttachedManagedPolicies: [{ PolicyName: 'used', PolicyArn: arn('policy/used') }],
        PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn('policy/used') },
        Tags: [{ Key: 'team', Value: 'blue' }],
      }),
    );
    expect(details['RoleDetailList']).toContainEqual(
      expect.objectContaining({
        RoleName: 'used',
        AssumeRolePolicyDocument: encodeURIComponent(ROOT_TRUST),
        InstanceProfileList: [expect.objectContaining({ InstanceProfileName: 'used' })],
      }),
    );
    expect(details['GroupDetailList']).toHaveLength(2);
    expect(details['Policies']).toContainEqual(
      expect.objectContaining({ PolicyName: 'used', AttachmentCount: 3, PermissionsBoundaryUsageCount: 2 }),
    );
  });

  it('pages through all kinds without missing or repeating one', async () => {
    const harness = createHarness();
    await build(harness);
    const lists = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'];
    const seen: string[] = [];
    let Marker: unknown;
    do {
      const page = await send(harness, 'GetAccountAuthorizationDetails', { MaxItems: 7, Marker });
      for (const list of lists) seen.push(...((page[list] ?? []) as { Arn: string }[]).map(({ Arn }) => Arn));
      Marker = page['Marker'];
    } while (Marker !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    // Of the AWS managed policies, only the one attached to the built-in administrator.
    expect(seen).toHaveLength(3 + 2 + 3 + 2 + 1);
  });
});

describe('aliases', () => {
  it('are one per account, and one account per alias', async () => {
    const harness = createHarness();
    await send(harness, 'CreateAccountAlias', { AccountAlias: 'first' });
    await send(harness, 'CreateAccountAlias', { AccountAlias: 'second' });
    expect(await send(harness, 'ListAccountAliases')).toMatchObject({ AccountAliases: ['second'], IsTruncated: false });
    const other = { accessKeyId: '111111111111', secretAccessKey: 'test' };
    expect(await answerOf(send(harness, 'CreateAccountAlias', { AccountAlias: 'second' }, other))).toMatchObject({
      code: 'EntityAlreadyExists',
      message: 'The account alias second already exists.',
    });
    expect(await answerOf(send(harness, 'CreateAccountAlias', { AccountAlias: 'first' }, other))).toMatchObject({
      ok: true,
    });
    expect(await answerOf(send(harness, 'DeleteAccountAlias', { AccountAlias: 'first' }))).toMatchObject({
      code: 'NoSuchEntity',
    });
  });
});

describe('outbound web identity federation', () => {
  it('is disabled by default, has an issuer while enabled, and keeps it', async () => {
    const harness = createHarness();
    const off = {
      code: 'FeatureDisabled',
      httpStatus: 404,
      message: `Outbound identity federation is disabled for account ${ACCOUNT}`,
    };
    expect(await answerOf(send(harness, 'GetOutboundWebIdentityFederationInfo'))).toMatchObject(off);
    expect(await answerOf(send(harness, 'DisableOutboundWebIdentityFederation'))).toMatchObject(off);
    const { IssuerIdentifier } = await send(harness, 'EnableOutboundWebIdentityFederation');
    expect(IssuerIdentifier).toMatch(
      /^https:\/\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tokens\.sts\.global\.api\.aws$/,
    );
    expect(await answerOf(send(harness, 'EnableOutboundWebIdentityFederation'))).toMatchObject({
      code: 'FeatureEnabled',
      httpStatus: 409,
      message: `Outbound identity federation is already enabled for account ${ACCOUNT}`,
    });
    expect(await send(harness, 'GetOutboundWebIdentityFederationInfo')).toMatchObject({
      IssuerIdentifier,
      JwtVendingEnabled: true,
    });
    await send(harness, 'DisableOutboundWebIdentityFederation');
    expect(await send(harness, 'EnableOutboundWebIdentityFederation')).toMatchObject({ IssuerIdentifier });
  });
});

it('operations that are not emulated return an error in AWS format', async () => {
  const answer = await answerOf(send(createHarness(), 'GenerateCredentialReport'));
  expect(answer.ok).toBe(false);
  expect(answer.message).toMatch(/GenerateCredentialReport/);
});
