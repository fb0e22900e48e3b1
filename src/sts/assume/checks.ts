/** The checks of every operation that assumes a role, in AWS's order. Source: STS API reference and recordings. */

import { activeRegion, evaluatePolicies, findRole, roleArn } from '../../policy/web-identity/facts.ts';
import type { Passed } from '../../policy/web-identity/run.ts';
import {
  foundProvider,
  registeredAudience,
  rolesClaim,
  tokenSourceIdentity,
  tokenTags,
  tokenTimes,
  trustedIssuer,
  webIdentityPackedSize,
} from '../../policy/web-identity/token.ts';
import type { AssumeRoleFacts, ServiceFacts, WebIdentityCallFacts } from './facts.ts';
import * as role from './role-checks.ts';
import type { AsyncCheck } from './run.ts';
import * as saml from './saml-checks.ts';
import * as token from './token-checks.ts';

/** The operations: the columns of the table. An opaque token has its own, because it has no claims and no signature. */
interface Columns {
  readonly AssumeRole: AssumeRoleFacts;
  readonly AssumeRoleWithWebIdentity: WebIdentityCallFacts;
  readonly 'AssumeRoleWithWebIdentity with ProviderId': WebIdentityCallFacts;
  readonly AssumeRoleWithSAML: saml.SamlFacts;
  readonly 'Assume as a service': ServiceFacts;
}

type Run<F> = ((facts: F) => Passed | Promise<Passed>) | undefined;
type Cells = { readonly [O in keyof Columns]: Run<Columns[O]> };

/** The name of a check is the name of its step in a decision. */
export interface CheckRow {
  readonly name: string;
  /** What the check requires, for the documentation. */
  readonly requires: string;
  readonly cells: Cells;
}

const row = (
  name: string,
  requires: string,
  assumeRole: Run<AssumeRoleFacts>,
  webIdentity: Run<WebIdentityCallFacts>,
  opaque: Run<WebIdentityCallFacts>,
  assumeWithSaml: Run<saml.SamlFacts>,
  service: Run<ServiceFacts>,
): CheckRow => ({
  name,
  requires,
  cells: {
    AssumeRole: assumeRole,
    AssumeRoleWithWebIdentity: webIdentity,
    'AssumeRoleWithWebIdentity with ProviderId': opaque,
    AssumeRoleWithSAML: assumeWithSaml,
    'Assume as a service': service,
  },
});

const none = undefined;

// biome-ignore format: a table
export const checks: readonly CheckRow[] = [
  //  step               requires                                                                     AssumeRole                    WithWebIdentity         … with ProviderId       WithSAML            as a service
  row('authorization',   "the workload's authorization token is valid",                               none,                         none,                   none,                   none,               role.authorizedWorkload),
  row('role-arn',        'RoleArn is an ARN',                                                         roleArn,                      roleArn,                roleArn,                roleArn,            roleArn),
  row('provider',        'PrincipalArn is an ARN',                                                    none,                         none,                   none,                   saml.providerArn,   none),
  row('region',          'STS is active in the region for the account of the role',                   activeRegion,                 activeRegion,           activeRegion,           saml.activeRegion,  none),
  row('tags',            'the tag keys are distinct, not inherited, and include the transitive ones', role.requestedTags,           none,                   none,                   none,               role.serviceTags),
  row('source-identity', 'SourceIdentity does not begin with "aws:"',                                 role.requestedSourceIdentity, none,                   none,                   none,               none),
  row('contexts',        'the request has no context assertions',                                     role.noContexts,              none,                   none,                   none,               none),
  row('caller',          'the caller is a user or a role session',                                    role.assumingCaller,          none,                   none,                   none,               none),
  row('mfa',             'the MFA code, if there is one, is valid',                                   role.requestedMfa,            none,                   none,                   none,               none),
  row('provider',        'the provider is known',                                                     none,                         none,                   token.opaqueToken,      saml.samlProvider,  none),
  row('assertion',       'the assertion is base64',                                                   none,                         none,                   none,                   saml.samlEncoding,  none),
  row('token-parsed',    'the token is a signed JWT with the required claims',                        none,                         token.parsedToken,      none,                   none,               none),
  row('issuer',          'the issuer is registered in the account, or built in',                      none,                         trustedIssuer,          none,                   none,               none),
  row('provider',        'never refuses; records the provider of the account',                        none,                         foundProvider,          none,                   none,               none),
  row('audience',        'the audience (azp, else aud) is a client ID',                               none,                         registeredAudience,     none,                   none,               none),
  row('key',             'the issuer publishes a usable key for the token',                           none,                         token.issuerKey,        none,                   none,               none),
  row('signature',       'the signature is valid',                                                    none,                         token.tokenSignature,   none,                   saml.samlSignature, none),
  row('times',           'iat, exp and nbf allow the current time',                                   none,                         tokenTimes,             none,                   none,               none),
  row('tags',            'the session tags of the token are well-formed',                             none,                         tokenTags,              none,                   none,               none),
  row('source-identity', 'the source identity of the token is well-formed',                           none,                         tokenSourceIdentity,    none,                   none,               none),
  row('roles-claim',     'the roles claim, if there is one, names the role',                          none,                         rolesClaim,             none,                   none,               none),
  row('role',            'the role exists',                                                           findRole,                     findRole,               findRole,               none,               findRole),
  row('source-identity', 'the source identity of the calling session is unchanged',                   role.unchangedSourceIdentity, none,                   none,                   none,               none),
  row('policies',        'trust policy and caller policies allow every action',                       evaluatePolicies,             none,                   none,                   none,               none),
  row('trust',           'the trust policy allows every action',                                      none,                         evaluatePolicies,       evaluatePolicies,       none,               evaluatePolicies),
  row('duration',        'the duration is within the maximum of the role (a service shortens it)',    role.roleDuration,            role.roleDuration,      role.roleDuration,      none,               role.serviceDuration),
  row('duration',        'a session of a session lasts at most one hour',                             role.chainedDuration,         none,                   none,                   none,               none),
  row('session-policy',  'the session policies are valid and exist',                                  role.requestedPolicies,       role.requestedPolicies, role.requestedPolicies, none,               none),
  row('packed-size',     'session policies and tags fit into a session',                              role.rolePackedSize,          webIdentityPackedSize,  webIdentityPackedSize,  none,               role.servicePackedSize),
];

/** The checks of one operation, in order. */
const column = <O extends keyof Columns>(operation: O): readonly AsyncCheck<Columns[O]>[] =>
  checks.flatMap(({ name, cells }) => {
    const check = cells[operation];
    return check === undefined ? [] : [{ name, run: check }];
  });

export const assumeRoleChecks = column('AssumeRole');
export const webIdentityChecks = column('AssumeRoleWithWebIdentity');
export const opaqueTokenChecks = column('AssumeRoleWithWebIdentity with ProviderId');
export const samlChecks = column('AssumeRoleWithSAML');
export const serviceChecks = column('Assume as a service');
