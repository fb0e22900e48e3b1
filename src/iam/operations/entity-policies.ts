/** The entity types with policies: role, user and group. */

import { groups, roles, users } from '../../accounts/model.ts';
import { policyQuotas } from '../../policy/index.ts';
import { changeableRole, groupNamed, roleNamed, userNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { policyRows } from '../policy-rows.ts';
import { group, readGroup, readRole, readUser, role, user } from '../targets.ts';

export const rolePolicyOperations = policyRows({
  name: 'Role',
  messageName: 'role',
  inline: policyQuotas.inlineRole.max,
  attachedQuota: 'PoliciesPerRole',
  inlineSubject: member.subject('RoleName', member.roleName),
  managedSubject: member.subject('RoleName', member.roleName),
  collection: roles,
  find: changeableRole,
  findToRead: roleNamed,
  target: role,
  readTarget: readRole,
  withoutBoundary: ({ boundary: _, ...rest }) => rest,
});

export const userPolicyOperations = policyRows({
  name: 'User',
  messageName: 'user',
  inline: policyQuotas.inlineUser.max,
  attachedQuota: 'PoliciesPerUser',
  inlineSubject: member.subject('UserName', member.existingUserName),
  managedSubject: member.subject('UserName', member.userName),
  collection: users,
  find: userNamed,
  target: user,
  readTarget: readUser,
  withoutBoundary: ({ boundary: _, ...rest }) => rest,
});

export const groupPolicyOperations = policyRows({
  name: 'Group',
  messageName: 'group',
  inline: policyQuotas.inlineGroup.max,
  attachedQuota: 'PoliciesPerGroup',
  inlineSubject: member.subject('GroupName', member.groupName),
  managedSubject: member.subject('GroupName', member.groupName),
  collection: groups,
  find: groupNamed,
  target: group,
  readTarget: readGroup,
});
