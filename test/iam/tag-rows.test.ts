/** Tag operations: the same tests for every entity type with tags. */
import { describe, expect, it } from 'vitest';
import { iamService } from '../../src/iam/service.ts';
import { ALLOW_S3, arn, METADATA, ROOT_TRUST, send } from './fixtures.ts';
import { createHarness } from './harness.ts';

const tag = (Key: string, Value = 'v') => ({ Key, Value });
const names = iamService.operations.map(row => row.name);

const both = [tag('TEAM', 'red'), tag('team', 'blue')];
const last = [tag('TEAM', 'red')];

describe.each([
  ['Role', { RoleName: 't' }, 'CreateRole', { RoleName: 't', AssumeRolePolicyDocument: ROOT_TRUST }, 'role/t', last],
  ['User', { UserName: 't' }, 'CreateUser', { UserName: 't' }, 'user/t', last],
  [
    'Policy',
    { PolicyArn: arn('policy/t') },
    'CreatePolicy',
    { PolicyName: 't', PolicyDocument: ALLOW_S3 },
    'policy/t',
    last,
  ],
  [
    'InstanceProfile',
    { InstanceProfileName: 't' },
    'CreateInstanceProfile',
    { InstanceProfileName: 't' },
    'instance-profile/t',
    last,
  ],
  ['MFADevice', { SerialNumber: arn('mfa/t') }, 'CreateVirtualMFADevice', { VirtualMFADeviceName: 't' }, 'mfa/t', last],
  [
    'SAMLProvider',
    { SAMLProviderArn: arn('saml-provider/t') },
    'CreateSAMLProvider',
    { Name: 't', SAMLMetadataDocument: METADATA },
    'saml-provider/t',
    last,
  ],
  [
    'OpenIDConnectProvider',
    { OpenIDConnectProviderArn: arn('oidc-provider/t.example.com') },
    'CreateOpenIDConnectProvider',
    { Url: 'https://t.example.com' },
    'oidc-provider/t.example.com',
    both,
  ],
])('%s', (entityType, subject, create, input, resource, spelledTwice) => {
  const operations = [`Tag${entityType}`, `Untag${entityType}`, `List${entityType}Tags`];

  it('each operation exists once', () => {
    expect(names.filter(name => operations.includes(name)).sort()).toEqual(operations.toSorted());
  });

  it('tag, list, tag in another spelling, untag', async () => {
    const harness = createHarness();
    const tags = async () => (await send(harness, `List${entityType}Tags`, subject))['Tags'];
    await send(harness, create, input);
    expect(await tags()).toEqual([]);
    await send(harness, `Tag${entityType}`, { ...subject, Tags: [tag('team', 'blue'), tag('app')] });
    expect(await tags()).toEqual([tag('app'), tag('team', 'blue')]);
    await send(harness, `Untag${entityType}`, { ...subject, TagKeys: ['app'] });
    await send(harness, `Tag${entityType}`, { ...subject, Tags: [tag('TEAM', 'red')] });
    expect(await tags()).toEqual(spelledTwice);
    await send(harness, `Untag${entityType}`, { ...subject, TagKeys: ['TEAM', 'team'] });
    expect(await tags()).toEqual([]);
    const requested = harness.deps.decisionLog
      .list()
      .filter(({ action }) => operations.includes(action.slice('iam:'.length)));
    expect(requested).toHaveLength(8);
    for (const decision of requested) expect(decision).toMatchObject({ resource: arn(resource), allowed: true });
  });

  it('goes through its tags in pages', async () => {
    const harness = createHarness();
    await send(harness, create, input);
    await send(harness, `Tag${entityType}`, { ...subject, Tags: [tag('b'), tag('a')] });
    const first = await send(harness, `List${entityType}Tags`, { ...subject, MaxItems: 1 });
    expect(first).toMatchObject({ Tags: [tag('a')], IsTruncated: true });
    const second = await send(harness, `List${entityType}Tags`, { ...subject, Marker: first['Marker'] });
    expect(second).toMatchObject({ Tags: [tag('b')], IsTruncated: false });
  });
});
