/** Test account for every mutating operation of IAM: the required entities, and one input per operation. */
import { createHmac } from 'node:crypto';
import * as sdk from '@aws-sdk/client-iam';
import * as model from '../../src/accounts/model.ts';
import { stepAt } from '../../src/authorization/totp.ts';
import { type Change, type Collection, put, type Store } from '../../src/store/store.ts';
import { ACCOUNT, type Harness } from './harness.ts';

type Input = Readonly<Record<string, unknown>>;

/** Sends an SDK operation by name. */
export async function send(
  harness: Harness,
  operation: string,
  input: Input = {},
  caller?: Parameters<Harness['client']>[0],
): Promise<Readonly<Record<string, unknown>>> {
  const exported: Readonly<Record<string, unknown>> = sdk;
  const Command = exported[`${operation}Command`] as new (input: object) => sdk.GetUserCommand;
  return { ...(await harness.client(caller).send(new Command(input))) };
}

export const arn = (resource: string): string => `arn:aws:iam::${ACCOUNT}:${resource}`;

export const ALLOW_S3 = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' },
});

export const trustPolicy = (principal: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });

export const ROOT_TRUST = trustPolicy({ AWS: arn('root') });

export const METADATA = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/saml">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>${'TUlJQw'.repeat(150)}</ds:X509Certificate>
    </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`;

/** Entities of the test account after `build`, for the inputs of `mutations`. */
export interface Made {
  readonly keyId: string;
  readonly seeds: Readonly<Record<string, string>>;
}

/** Creates the entities. */
export async function build(harness: Harness): Promise<Made> {
  const tags = [{ Key: 'team', Value: 'blue' }];
  await send(harness, 'CreateOpenIDConnectProvider', { Url: 'https://gitlab.com', ClientIDList: ['a'], Tags: tags });
  await send(harness, 'CreateSAMLProvider', { Name: 'saml', SAMLMetadataDocument: METADATA, Tags: tags });
  for (const name of ['used', 'free']) {
    await send(harness, 'CreateUser', { UserName: name, Tags: tags });
    await send(harness, 'CreateGroup', { GroupName: name });
    await send(harness, 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: ROOT_TRUST, Tags: tags });
    await send(harness, 'CreateInstanceProfile', { InstanceProfileName: name, Tags: tags });
    await send(harness, 'CreatePolicy', { PolicyName: name, PolicyDocument: ALLOW_S3, Tags: tags });
  }
  const used = arn('policy/used');
  for (const entityType of ['User', 'Group', 'Role']) {
    await send(harness, `Put${entityType}Policy`, {
      [`${entityType}Name`]: 'used',
      PolicyName: 'inline',
      PolicyDocument: ALLOW_S3,
    });
    await send(harness, `Attach${entityType}Policy`, { [`${entityType}Name`]: 'used', PolicyArn: used });
  }
  await send(harness, 'PutUserPermissionsBoundary', { UserName: 'used', PermissionsBoundary: used });
  await send(harness, 'PutRolePermissionsBoundary', { RoleName: 'used', PermissionsBoundary: used });
  await send(harness, 'CreatePolicyVersion', { PolicyArn: used, PolicyDocument: ALLOW_S3 });
  await send(harness, 'AddRoleToInstanceProfile', { InstanceProfileName: 'used', RoleName: 'used' });
  await send(harness, 'AddUserToGroup', { GroupName: 'used', UserName: 'used' });
  await send(harness, 'CreateLoginProfile', { UserName: 'used', Password: 'correct-Horse-1' });
  await send(harness, 'CreateServiceLinkedRole', { AWSServiceName: 'ecs.amazonaws.com' });
  await send(harness, 'CreateAccountAlias', { AccountAlias: 'the-alias' });
  const { AccessKey } = await harness.client().send(new sdk.CreateAccessKeyCommand({ UserName: 'used' }));
  const seeds: Record<string, string> = {};
  for (const name of ['used', 'free']) {
    const { VirtualMFADevice } = await harness
      .client()
      .send(new sdk.CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }));
    seeds[name] = Buffer.from(VirtualMFADevice?.Base32StringSeed ?? []).toString();
  }
  await send(harness, 'EnableMFADevice', {
    UserName: 'used',
    SerialNumber: arn('mfa/used'),
    ...codes(seeds['used'], harness),
  });
  return { keyId: AccessKey?.AccessKeyId ?? '', seeds };
}

/** Two consecutive codes, computed without the code under test (RFC 6238, RFC 4226 §5.3). */
export function codes(seed: string | undefined, harness: Harness) {
  const step = stepAt(harness.clock.now());
  return { AuthenticationCode1: code(seed ?? '', step), AuthenticationCode2: code(seed ?? '', step + 1) };
}

export function code(seed: string, step: number): string {
  const bits = [...seed]
    .map(char => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0'))
    .join('');
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map(byte => Number.parseInt(byte, 2)));
  const mac = createHmac('sha1', secret)
    .update(Buffer.from(step.toString(16).padStart(16, '0'), 'hex'))
    .digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) % 16) % 2 ** 31;
  return String(number % 1e6).padStart(6, '0');
}

/** Every mutating operation of the service with an input that succeeds in the test account. */
export function mutations(made: Made, harness: Harness): readonly (readonly [string, Input])[] {
  const provider = { OpenIDConnectProviderArn: arn('oidc-provider/gitlab.com') };
  const saml = { SAMLProviderArn: arn('saml-provider/saml') };
  const usedPolicy = { PolicyArn: arn('policy/used') };
  const Tags = [{ Key: 'new', Value: 'tag' }];
  const TagKeys = ['team'];
  const inline = { PolicyName: 'other', PolicyDocument: ALLOW_S3 };
  const holders = ['User', 'Group', 'Role'].flatMap((entityType): (readonly [string, Input])[] => {
    const key = `${entityType}Name`;
    return [
      [`Put${entityType}Policy`, { [key]: 'used', ...inline }],
      [`Delete${entityType}Policy`, { [key]: 'used', PolicyName: 'inline' }],
      [`Attach${entityType}Policy`, { [key]: 'free', ...usedPolicy }],
      [`Detach${entityType}Policy`, { [key]: 'used', ...usedPolicy }],
      [`Delete${entityType}`, { [key]: 'free' }],
    ];
  });
  const boundaries = ['User', 'Role'].flatMap((entityType): (readonly [string, Input])[] => [
    [
      `Put${entityType}PermissionsBoundary`,
      { [`${entityType}Name`]: 'free', PermissionsBoundary: usedPolicy.PolicyArn },
    ],
    [`Delete${entityType}PermissionsBoundary`, { [`${entityType}Name`]: 'used' }],
    [`Tag${entityType}`, { [`${entityType}Name`]: 'used', Tags }],
    [`Untag${entityType}`, { [`${entityType}Name`]: 'used', TagKeys }],
  ]);
  const used = { UserName: 'used', SerialNumber: arn('mfa/used') };
  return [
    ['CreateOpenIDConnectProvider', { Url: 'https://example.com' }],
    ['DeleteOpenIDConnectProvider', provider],
    ['AddClientIDToOpenIDConnectProvider', { ...provider, ClientID: 'b' }],
    ['RemoveClientIDFromOpenIDConnectProvider', { ...provider, ClientID: 'a' }],
    ['UpdateOpenIDConnectProviderThumbprint', { ...provider, ThumbprintList: ['a'.repeat(40)] }],
    ['TagOpenIDConnectProvider', { ...provider, Tags }],
    ['UntagOpenIDConnectProvider', { ...provider, TagKeys }],
    ['CreateSAMLProvider', { Name: 'other', SAMLMetadataDocument: METADATA }],
    ['UpdateSAMLProvider', { ...saml, AssertionEncryptionMode: 'Required' }],
    ['DeleteSAMLProvider', saml],
    ['TagSAMLProvider', { ...saml, Tags }],
    ['UntagSAMLProvider', { ...saml, TagKeys }],
    ['CreateRole', { RoleName: 'new', AssumeRolePolicyDocument: ROOT_TRUST }],
    ['UpdateRole', { RoleName: 'used', MaxSessionDuration: 7200 }],
    ['UpdateRoleDescription', { RoleName: 'used', Description: 'new' }],
    ['UpdateAssumeRolePolicy', { RoleName: 'used', PolicyDocument: trustPolicy({ Service: 'ec2.amazonaws.com' }) }],
    ['CreateServiceLinkedRole', { AWSServiceName: 'eks.amazonaws.com' }],
    ['DeleteServiceLinkedRole', { RoleName: 'AWSServiceRoleForECS' }],
    ['CreateInstanceProfile', { InstanceProfileName: 'new' }],
    ['DeleteInstanceProfile', { InstanceProfileName: 'free' }],
    ['AddRoleToInstanceProfile', { InstanceProfileName: 'free', RoleName: 'used' }],
    ['RemoveRoleFromInstanceProfile', { InstanceProfileName: 'used', RoleName: 'used' }],
    ['TagInstanceProfile', { InstanceProfileName: 'used', Tags }],
    ['UntagInstanceProfile', { InstanceProfileName: 'used', TagKeys }],
    ['CreatePolicy', { PolicyName: 'new', PolicyDocument: ALLOW_S3 }],
    ['DeletePolicy', { PolicyArn: arn('policy/free') }],
    ['CreatePolicyVersion', { ...usedPolicy, PolicyDocument: ALLOW_S3, SetAsDefault: true }],
    ['DeletePolicyVersion', { ...usedPolicy, VersionId: 'v2' }],
    ['SetDefaultPolicyVersion', { ...usedPolicy, VersionId: 'v2' }],
    ['TagPolicy', { ...usedPolicy, Tags }],
    ['UntagPolicy', { ...usedPolicy, TagKeys }],
    ['CreateUser', { UserName: 'new' }],
    ['UpdateUser', { UserName: 'used', NewUserName: 'renamed', NewPath: '/moved/' }],
    ['CreateAccessKey', { UserName: 'used' }],
    ['UpdateAccessKey', { UserName: 'used', AccessKeyId: made.keyId, Status: 'Inactive' }],
    ['DeleteAccessKey', { UserName: 'used', AccessKeyId: made.keyId }],
    ['CreateLoginProfile', { UserName: 'free', Password: 'correct-Horse-1' }],
    ['UpdateLoginProfile', { UserName: 'used', PasswordResetRequired: true }],
    ['DeleteLoginProfile', { UserName: 'used' }],
    ['CreateGroup', { GroupName: 'new' }],
    ['UpdateGroup', { GroupName: 'used', NewGroupName: 'renamed' }],
    ['AddUserToGroup', { GroupName: 'used', UserName: 'free' }],
    ['RemoveUserFromGroup', { GroupName: 'used', UserName: 'used' }],
    ['CreateVirtualMFADevice', { VirtualMFADeviceName: 'new' }],
    ['DeleteVirtualMFADevice', { SerialNumber: arn('mfa/free') }],
    ['EnableMFADevice', { UserName: 'free', SerialNumber: arn('mfa/free'), ...codes(made.seeds['free'], harness) }],
    ['ResyncMFADevice', { ...used, ...codes(made.seeds['used'], harness) }],
    ['DeactivateMFADevice', used],
    ['TagMFADevice', { SerialNumber: arn('mfa/used'), Tags: [{ Key: 'team', Value: 'blue' }] }],
    ['UntagMFADevice', { SerialNumber: arn('mfa/used'), TagKeys: ['team'] }],
    ['CreateAccountAlias', { AccountAlias: 'other-alias' }],
    ['DeleteAccountAlias', { AccountAlias: 'the-alias' }],
    ['SetSecurityTokenServicePreferences', { GlobalEndpointTokenVersion: 'v2Token' }],
    ['EnableOutboundWebIdentityFederation', {}],
    ...holders,
    ...boundaries,
  ];
}

const COLLECTIONS: readonly Collection<never>[] = [
  model.roles,
  model.users,
  model.groups,
  model.policies,
  model.oidcProviders,
  model.samlProviders,
  model.instanceProfiles,
  model.mfaDevices,
  model.accounts,
  model.generations,
  model.deletionTasks,
];

/** All records of a store, for comparison. */
export const contents = (store: Store): unknown =>
  Object.fromEntries(COLLECTIONS.map(collection => [collection.name, store.list(collection, '')]));

/** The changes that make another store equal to this one. */
export const copyOf = (store: Store): readonly Change[] =>
  COLLECTIONS.flatMap(collection =>
    store.list(collection, '').map(({ value }) => put(collection, keyOf(collection, value), value)),
  );

/** Keys as in `model.ts`. */
function keyOf({ name }: Collection<never>, value: Readonly<Record<string, unknown>>): string {
  const account = String(value['account']);
  const named = String(value['name']);
  switch (name) {
    case 'accounts':
      return account;
    case 'generations':
      return String(value['arn']);
    case 'deletion-tasks':
      return String(value['id']);
    case 'oidc-providers':
      return `${account}/${String(value['url'])}`;
    case 'saml-providers':
    case 'mfa-devices':
      return `${account}/${named}`;
    default:
      return model.nameKey(account, named);
  }
}
