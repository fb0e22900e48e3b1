/** ARNs of entities, as the IAM User Guide prints them. */
import { expect, it } from 'vitest';
import * as arns from '../../src/accounts/arns.ts';

const ACCOUNT = '123456789012';

it.each([
  [
    arns.roleArn(ACCOUNT, '/application_abc/component_xyz/', 'RDSAccess'),
    'role/application_abc/component_xyz/RDSAccess',
  ],
  [arns.userArn(ACCOUNT, undefined, 'JohnDoe'), 'user/JohnDoe'],
  [arns.groupArn(ACCOUNT, '/', 'Developers'), 'group/Developers'],
  [arns.policyArn(ACCOUNT, undefined, 'UsersManageOwnCredentials'), 'policy/UsersManageOwnCredentials'],
  [arns.instanceProfileArn(ACCOUNT, undefined, 'Webserver'), 'instance-profile/Webserver'],
  [arns.mfaDeviceArn(ACCOUNT, undefined, 'JorgeSouza'), 'mfa/JorgeSouza'],
  [arns.oidcProviderArn(ACCOUNT, 'GoogleProvider'), 'oidc-provider/GoogleProvider'],
  [arns.samlProviderArn(ACCOUNT, 'ADFSProvider'), 'saml-provider/ADFSProvider'],
])('%s', (made, resource) => {
  expect(made).toBe(`arn:aws:iam::${ACCOUNT}:${resource}`);
});
