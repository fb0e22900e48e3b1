/** GetAccountSummary and GetAccountAuthorizationDetails. */

import { awsManagedPolicies } from '../../accounts/managed-policies.ts';
import {
  accounts,
  type Group,
  groups,
  type InlinePolicy,
  instanceProfiles,
  type ManagedPolicy,
  mfaDevices,
  oidcProviders,
  policies,
  type Role,
  roles,
  samlProviders,
  type User,
  users,
} from '../../accounts/model.ts';
import { serializeTrustPolicy } from '../../accounts/trust-document.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import { list, map, optional, struct } from '../../aws/shape.ts';
import type { Store } from '../../store/store.ts';
import { attachedPolicies, attachedView } from '../attachments.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { policyUsage, type Usage } from '../policy-usage.ts';
import { groupDetailShape, managedPolicyDetailShape, roleDetailShape, userDetailShape } from '../shapes.ts';
import { anyResource } from '../targets.ts';
import {
  boundaryView,
  descriptionMember,
  encodeDocument,
  groupView,
  lastUseView,
  listedInstanceProfile,
  listedUser,
  policyView,
  tagsView,
  versionView,
} from '../views.ts';

/** Quotas in the response of GetAccountSummary (IAM User Guide, reference_iam-quotas). */
const QUOTAS = {
  UsersQuota: 5000,
  GroupsQuota: 300,
  ServerCertificatesQuota: 20,
  UserPolicySizeQuota: 2048,
  GroupPolicySizeQuota: 5120,
  GroupsPerUserQuota: 10,
  SigningCertificatesPerUserQuota: 2,
  AccessKeysPerUserQuota: 2,
  AttachedPoliciesPerGroupQuota: 10,
  AttachedPoliciesPerRoleQuota: 10,
  AttachedPoliciesPerUserQuota: 10,
  PoliciesQuota: 1500,
  PolicySizeQuota: 6144,
  PolicyVersionsInUseQuota: 10_000,
  VersionsPerPolicyQuota: 5,
  AssumeRolePolicySizeQuota: 2048,
  InstanceProfilesQuota: 1000,
  RolePolicySizeQuota: 10_240,
  RolesQuota: 1000,
};

export const accountDetailOperations = [
  operation({
    name: 'GetAccountSummary',
    auth: 'signed',
    input: struct('GetAccountSummaryRequest', {}),
    output: struct('GetAccountSummaryResponse', { SummaryMap: optional(map(member.count)) }),
    target: anyResource,
    handle(_input, { caller: { account } }, { store }) {
      const prefix = `${account}/`;
      const devices = store.list(mfaDevices, prefix);
      const managed = store.list(policies, prefix);
      const tokens = store.get(accounts, account)?.value.globalEndpointTokenVersion ?? 'v1Token';
      return {
        SummaryMap: {
          ...QUOTAS,
          Users: store.list(users, prefix).length,
          Groups: store.list(groups, prefix).length,
          Roles: store.list(roles, prefix).length,
          Policies: managed.length,
          PolicyVersionsInUse: managed.reduce((sum, { value }) => sum + value.versions.length, 0),
          InstanceProfiles: store.list(instanceProfiles, prefix).length,
          Providers: store.list(oidcProviders, prefix).length + store.list(samlProviders, prefix).length,
          MFADevices: devices.length,
          MFADevicesInUse: devices.filter(({ value }) => value.user !== undefined).length,
          AccountMFAEnabled: 0,
          AccountAccessKeysPresent: 0,
          AccountPasswordPresent: 0,
          AccountSigningCertificatesPresent: 0,
          ServerCertificates: 0,
          GlobalEndpointTokenVersion: tokens === 'v2Token' ? 2 : 1,
        },
      };
    },
  }),

  operation({
    name: 'GetAccountAuthorizationDetails',
    auth: 'signed',
    input: struct('GetAccountAuthorizationDetailsRequest', {
      Filter: optional(list(member.entity)),
      MaxItems: optional(member.maxItems),
      Marker: optional(member.marker),
    }),
    output: struct('GetAccountAuthorizationDetailsResponse', {
      UserDetailList: optional(list(userDetailShape)),
      GroupDetailList: optional(list(groupDetailShape)),
      RoleDetailList: optional(list(roleDetailShape)),
      Policies: optional(list(managedPolicyDetailShape)),
      ...member.pageReply,
    }),
    target: anyResource,
    handle(input, { caller: { account } }, deps) {
      const { store } = deps;
      const requested = new Set<string>(input.Filter === undefined || input.Filter.length === 0 ? KINDS : input.Filter);
      const usage = policyUsage(account, store);
      const all = everything(account, store, usage).filter(({ kind }) => requested.has(kind));
      const { members, more } = pageOf(all, input, keyOf);
      return {
        UserDetailList: members.flatMap(one => (one.kind === 'User' ? [userDetail(one.value, store)] : [])),
        GroupDetailList: members.flatMap(one => (one.kind === 'Group' ? [groupDetail(one.value, store)] : [])),
        RoleDetailList: members.flatMap(one => (one.kind === 'Role' ? [roleDetail(one.value, deps)] : [])),
        Policies: members.flatMap(one =>
          one.kind === 'LocalManagedPolicy' || one.kind === 'AWSManagedPolicy'
            ? [policyDetail(one.value, usage(one.value.arn))]
            : [],
        ),
        ...more,
      };
    },
  }),
];

const KINDS = ['User', 'Group', 'Role', 'LocalManagedPolicy', 'AWSManagedPolicy'];

type Member =
  | { readonly kind: 'User'; readonly value: User }
  | { readonly kind: 'Group'; readonly value: Group }
  | { readonly kind: 'Role'; readonly value: Role }
  | { readonly kind: 'LocalManagedPolicy' | 'AWSManagedPolicy'; readonly value: ManagedPolicy };

/** Sort key for pagination: kinds in the order of KINDS, entities by name, AWS managed policies by ARN. */
const keyOf = ({ kind, value }: Member): string =>
  `${KINDS.indexOf(kind)}/${kind === 'AWSManagedPolicy' ? value.arn : value.name.toLowerCase()}`;

function everything(account: string, store: Store, usage: (arn: string) => Usage): readonly Member[] {
  const prefix = `${account}/`;
  return [
    ...store.list(users, prefix).map(({ value }) => ({ kind: 'User' as const, value })),
    ...store.list(groups, prefix).map(({ value }) => ({ kind: 'Group' as const, value })),
    ...store.list(roles, prefix).map(({ value }) => ({ kind: 'Role' as const, value })),
    ...store.list(policies, prefix).map(({ value }) => ({ kind: 'LocalManagedPolicy' as const, value })),
    // Only the AWS managed policies that the account uses.
    ...awsManagedPolicies()
      .filter(({ arn }) => usage(arn).attached + usage(arn).boundaries > 0)
      .map(value => ({ kind: 'AWSManagedPolicy' as const, value })),
  ];
}

const inlineView = (inline: readonly InlinePolicy[]) =>
  inline.map(({ name, text }) => ({ PolicyName: name, PolicyDocument: encodeDocument(text) }));

const userDetail = (user: User, store: Store) => ({
  ...listedUser(user),
  ...(user.inline.length === 0 ? {} : { UserPolicyList: inlineView(user.inline) }),
  GroupList: [...user.groups],
  AttachedManagedPolicies: attachedPolicies(user, store).map(attachedView),
  ...boundaryView(user.boundary),
  ...tagsView(user.tags),
});

const groupDetail = (group: Group, store: Store) => ({
  ...groupView(group),
  GroupPolicyList: inlineView(group.inline),
  AttachedManagedPolicies: attachedPolicies(group, store).map(attachedView),
});

const roleDetail = (role: Role, { store, lastUse }: IamDeps) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeDocument(serializeTrustPolicy(role, store)),
  InstanceProfileList: store
    .list(instanceProfiles, `${role.account}/`)
    .filter(({ value }) => value.role === role.name)
    .map(({ value }) => listedInstanceProfile(value, store)),
  RolePolicyList: inlineView(role.inline),
  AttachedManagedPolicies: attachedPolicies(role, store).map(attachedView),
  ...boundaryView(role.boundary),
  ...tagsView(role.tags),
  RoleLastUsed: lastUseView(role, lastUse),
});

const policyDetail = (policy: ManagedPolicy, usage: Usage) => ({
  ...policyView(policy, usage),
  ...descriptionMember(policy.description),
  PolicyVersionList: policy.versions.map(version => ({
    Document: encodeDocument(version.text),
    ...versionView(version, policy),
  })),
});
