/** The IAM service: API version, namespace and operations. */

import type { IamDeps } from '../authorization/deps.ts';
import type { Caller } from '../authorization/principals.ts';
import type { Service } from '../aws/operation.ts';
import { IAM_ERRORS } from './errors.ts';
import { notEmulated } from './not-emulated.ts';
import { accessKeyOperations } from './operations/access-keys.ts';
import { accountAliasOperations } from './operations/account-aliases.ts';
import { accountDetailOperations } from './operations/account-details.ts';
import { groupPolicyOperations, rolePolicyOperations, userPolicyOperations } from './operations/entity-policies.ts';
import { tagOperations } from './operations/entity-tags.ts';
import { groupOperations } from './operations/groups.ts';
import { instanceProfileOperations } from './operations/instance-profiles.ts';
import { loginProfileOperations } from './operations/login-profiles.ts';
import { mfaDeviceOperations } from './operations/mfa-devices.ts';
import { oidcProviderOperations } from './operations/oidc-providers.ts';
import { outboundFederationOperations } from './operations/outbound-federation.ts';
import { policyOperations } from './operations/policies.ts';
import { policyVersionOperations } from './operations/policy-versions.ts';
import { roleOperations } from './operations/roles.ts';
import { samlProviderOperations } from './operations/saml-providers.ts';
import { serviceLinkedRoleOperations } from './operations/service-linked-roles.ts';
import { simulationOperations } from './operations/simulation.ts';
import { userCredentialOperations } from './operations/user-credentials.ts';
import { userOperations } from './operations/users.ts';

export const iamService: Service<Caller, IamDeps> = {
  name: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  printsValues: false,
  emptyLists: true,
  operations: [
    ...oidcProviderOperations,
    ...samlProviderOperations,
    ...roleOperations,
    ...rolePolicyOperations,
    ...serviceLinkedRoleOperations,
    ...instanceProfileOperations,
    ...policyOperations,
    ...policyVersionOperations,
    ...userOperations,
    ...userPolicyOperations,
    ...userCredentialOperations,
    ...accessKeyOperations,
    ...loginProfileOperations,
    ...mfaDeviceOperations,
    ...groupOperations,
    ...groupPolicyOperations,
    ...tagOperations,
    ...accountAliasOperations,
    ...accountDetailOperations,
    ...outboundFederationOperations,
    ...simulationOperations,
  ],
  notEmulated,
  errors: IAM_ERRORS,
};
