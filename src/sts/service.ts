/** The STS service: API version, namespace and operations. */

import type { Caller } from '../authorization/principals.ts';
import type { Service } from '../aws/operation.ts';
import type { StsDeps } from './deps.ts';
import { STS_ERRORS } from './errors.ts';
import { assumeRole } from './operations/assume-role.ts';
import { assumeRoleWithSaml } from './operations/assume-role-with-saml.ts';
import { assumeRoleWithWebIdentity } from './operations/assume-role-with-web-identity.ts';
import { assumeRoot } from './operations/assume-root.ts';
import { decodeAuthorizationMessage } from './operations/decode-authorization-message.ts';
import { getAccessKeyInfo } from './operations/get-access-key-info.ts';
import { getCallerIdentity } from './operations/get-caller-identity.ts';
import { getDelegatedAccessToken } from './operations/get-delegated-access-token.ts';
import { getFederationToken } from './operations/get-federation-token.ts';
import { getSessionToken } from './operations/get-session-token.ts';
import { getWebIdentityToken } from './operations/get-web-identity-token.ts';

export const stsService: Service<Caller, StsDeps> = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  printsValues: true,
  operations: [
    assumeRole,
    assumeRoleWithSaml,
    assumeRoleWithWebIdentity,
    assumeRoot,
    decodeAuthorizationMessage,
    getAccessKeyInfo,
    getCallerIdentity,
    getDelegatedAccessToken,
    getFederationToken,
    getSessionToken,
    getWebIdentityToken,
  ],
  notEmulated: [],
  errors: STS_ERRORS,
};
