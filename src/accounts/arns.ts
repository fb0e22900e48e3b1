/** The ARNs of IAM's entities, one function for each entity type (IAM User Guide, reference_identifiers). */
import { iamArn } from '../aws/arn.ts';

/** The ARN of a kind of entity by account, path (`/` unless given) and name. */
export type EntityArn = (account: string, path: string | undefined, name: string) => string;

const withPath =
  (resourceType: string): EntityArn =>
  (account, path = '/', name) =>
    iamArn(account, `${resourceType}${path}${name}`);

export const roleArn = withPath('role');
export const userArn = withPath('user');
export const groupArn = withPath('group');
export const policyArn = withPath('policy');
export const instanceProfileArn = withPath('instance-profile');
/** Also the serial number of a virtual MFA device. */
export const mfaDeviceArn = withPath('mfa');

/** `url` has no scheme. */
export const oidcProviderArn = (account: string, url: string): string => iamArn(account, `oidc-provider/${url}`);

export const samlProviderArn = (account: string, name: string): string => iamArn(account, `saml-provider/${name}`);
