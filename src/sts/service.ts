/** The STS service: its wire facts and the list of its operations. */
import type { Service } from '../aws/operation.ts';
import type { Caller } from '../iam/principals.ts';
import type { StsDeps } from './deps.ts';
import { assumeRole } from './operations/assume-role.ts';
import { assumeRoleWithWebIdentity } from './operations/assume-role-with-web-identity.ts';
import { getCallerIdentity } from './operations/get-caller-identity.ts';
import { getSessionToken } from './operations/get-session-token.ts';

export type { StsDeps, StsSettings } from './deps.ts';

export const stsService: Service<Caller, StsDeps> = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  printsValues: true,
  operations: [assumeRole, assumeRoleWithWebIdentity, getCallerIdentity, getSessionToken],
  notEmulated: [],
};
