/** IAM as a service: its wire facts and the list of its rows. */
import type { Service } from '../aws/operation.ts';
import type { IamDeps } from './deps.ts';
import { accessKeyOperations } from './operations/access-keys.ts';
import { instanceProfileOperations } from './operations/instance-profiles.ts';
import { oidcProviderOperations } from './operations/oidc-providers.ts';
import { rolePolicyOperations } from './operations/role-policies.ts';
import { roleOperations } from './operations/roles.ts';
import { userPolicyOperations } from './operations/user-policies.ts';
import { userOperations } from './operations/users.ts';
import type { Caller } from './principals.ts';

export type { IamDeps, IamSettings, Organization } from './deps.ts';

export const iamService: Service<Caller, IamDeps> = {
  name: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  printsValues: false,
  operations: [
    ...oidcProviderOperations,
    ...roleOperations,
    ...rolePolicyOperations,
    ...userOperations,
    ...userPolicyOperations,
    ...accessKeyOperations,
    ...instanceProfileOperations,
  ],
  notEmulated: [],
};
