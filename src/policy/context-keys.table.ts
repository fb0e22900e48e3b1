/**
 * Condition keys: their names and types, and when a request context contains them. Source: IAM
 * User Guide, reference_policies_condition-keys and reference_policies_iam-condition-keys; Service Authorization Reference, list_sts.
 */
import type { Principal } from './decision.ts';

type KeyType = 'String' | 'Numeric' | 'Date' | 'Bool' | 'ARN' | 'IP address' | 'Binary';

export interface ContextKey {
  /** As AWS writes it; after a trailing `/` follows a name (`aws:RequestTag/team`). */
  readonly key: string;
  readonly type: KeyType;
  readonly multivalued: boolean;
  /** The value, as the end of "The value is …". */
  readonly from: string;
  /** Only requests of callers of these types contain it; absent = any type. */
  readonly callers?: readonly Principal['type'][] | undefined;
  /** Only requests of these actions contain it (lower case); absent = any. */
  readonly actions?: readonly string[] | undefined;
  /** When it is present, as the end of "AWS sends it …". */
  readonly when: string;
}

type Limits = Pick<ContextKey, 'callers' | 'actions'>;

export const key = (
  name: string,
  type: KeyType,
  from: string,
  when = 'in every request',
  limits: Limits = {},
): ContextKey => ({
  key: name,
  type,
  multivalued: false,
  from,
  when,
  ...limits,
});
const many = (name: string, type: KeyType, from: string, when: string, limits: Limits = {}): ContextKey => ({
  ...key(name, type, from, when, limits),
  multivalued: true,
});

const signed: Limits = { callers: ['user', 'root', 'role-session', 'federated-user', 'account'] };
const sessions: Limits = { callers: ['role-session', 'federated-user', 'user', 'root'] };
const assume: Limits = {
  actions: [
    'sts:assumerole',
    'sts:assumerolewithwebidentity',
    'sts:assumerolewithsaml',
    'sts:tagsession',
    'sts:setsourceidentity',
  ],
};
const only = (...actions: string[]): Limits => ({ actions });

const globalKeys: readonly ContextKey[] = [
  key('aws:CurrentTime', 'Date', 'the time of the request'),
  key('aws:EpochTime', 'Date', 'the time of the request in epoch seconds'),
  key('aws:RequestedRegion', 'String', 'the region the call was sent to'),
  key('aws:SecureTransport', 'Bool', 'whether the call used TLS'),
  key('aws:SourceIp', 'IP address', 'the address the call came from', 'unless the call uses a VPC endpoint'),
  key('aws:UserAgent', 'String', 'the User-Agent header'),
  key('aws:referer', 'String', 'the Referer header', 'when the client sends one'),
  key('aws:ViaAWSService', 'Bool', 'whether a service makes the call on behalf of the principal'),
  many(
    'aws:CalledVia',
    'String',
    'the services the call went through',
    'when a service makes the call on behalf of the principal',
  ),
  key(
    'aws:CalledViaFirst',
    'String',
    'the first service the call went through',
    'when a service makes the call on behalf of the principal',
  ),
  key(
    'aws:CalledViaLast',
    'String',
    'the last service the call went through',
    'when a service makes the call on behalf of the principal',
  ),
  key('aws:PrincipalAccount', 'String', 'the account of the caller'),
  key('aws:PrincipalArn', 'ARN', 'the ARN of the user or role (not of the session)', 'in signed calls', signed),
  key('aws:PrincipalType', 'String', 'Account, User, AssumedRole, FederatedUser or Anonymous'),
  key(
    'aws:PrincipalOrgID',
    'String',
    'the organization of the caller',
    'when the account is in an organization',
    signed,
  ),
  many(
    'aws:PrincipalOrgPaths',
    'String',
    'the organization path of the caller',
    'when the account is in an organization',
    signed,
  ),
  key(
    'aws:PrincipalTag/',
    'String',
    'the tag of that name on the caller or its session',
    'when the tag exists',
    signed,
  ),
  key('aws:PrincipalIsAWSService', 'Bool', 'whether the caller is a service principal'),
  key('aws:PrincipalServiceName', 'String', 'the service principal', 'when the caller is a service principal', {
    callers: ['service'],
  }),
  many(
    'aws:PrincipalServiceNamesList',
    'String',
    'the names of the service',
    'when the caller is a service principal',
    {
      callers: ['service'],
    },
  ),
  key('aws:userid', 'String', "the caller's unique id; the provider ARN for web identity and SAML"),
  key('aws:username', 'String', 'the name of the IAM user', 'for IAM users, never for roles', { callers: ['user'] }),
  key('aws:TokenIssueTime', 'Date', 'when the credentials were issued', 'with session credentials', sessions),
  key(
    'aws:MultiFactorAuthPresent',
    'Bool',
    'whether MFA was used',
    'with session credentials, and in calls that pass SerialNumber and TokenCode',
    sessions,
  ),
  key(
    'aws:MultiFactorAuthAge',
    'Numeric',
    'seconds since MFA',
    'with session credentials that used MFA, and in calls that pass SerialNumber and TokenCode',
    sessions,
  ),
  key('aws:SourceIdentity', 'String', 'the source identity of the session', 'when the session has one', sessions),
  key(
    'aws:FederatedProvider',
    'String',
    'the identity provider behind the session',
    'in web identity and SAML sessions',
    { callers: ['role-session'] },
  ),
  key('aws:AssumedRoot', 'Bool', 'whether AssumeRoot created the session', 'in AssumeRoot sessions', {
    callers: ['root'],
  }),
  key(
    'aws:Ec2InstanceSourceVpc',
    'String',
    'the VPC the instance credentials were delivered to',
    'with instance credentials',
    { callers: ['role-session'] },
  ),
  key('aws:Ec2InstanceSourcePrivateIPv4', 'IP address', 'the address of the instance', 'with instance credentials', {
    callers: ['role-session'],
  }),
  key('aws:SourceAccount', 'String', 'the account a service acts for', 'when the caller is a service principal', {
    callers: ['service'],
  }),
  key('aws:SourceArn', 'ARN', 'the resource a service acts for', 'when the caller is a service principal', {
    callers: ['service'],
  }),
  key('aws:SourceOrgID', 'String', 'the organization a service acts for', 'when the caller is a service principal', {
    callers: ['service'],
  }),
  many(
    'aws:SourceOrgPaths',
    'String',
    'the organization path a service acts for',
    'when the caller is a service principal',
    {
      callers: ['service'],
    },
  ),
  key('aws:SourceVpc', 'String', 'the VPC', 'when the call uses a VPC endpoint'),
  key('aws:SourceVpcArn', 'ARN', 'the VPC', 'when the call uses a VPC endpoint'),
  key('aws:SourceVpce', 'String', 'the VPC endpoint', 'when the call uses a VPC endpoint'),
  key('aws:VpcSourceIp', 'IP address', 'the address inside the VPC', 'when the call uses a VPC endpoint'),
  key('aws:VpceAccount', 'String', 'the account of the VPC endpoint', 'when the call uses a VPC endpoint'),
  key('aws:VpceOrgID', 'String', 'the organization of the VPC endpoint', 'when the call uses a VPC endpoint'),
  many('aws:VpceOrgPaths', 'String', 'the organization path of the VPC endpoint', 'when the call uses a VPC endpoint'),
  key('aws:ResourceAccount', 'String', 'the account that owns the resource'),
  key(
    'aws:ResourceOrgID',
    'String',
    'the organization that owns the resource',
    'when that account is in an organization',
  ),
  many(
    'aws:ResourceOrgPaths',
    'String',
    'the organization path of the resource',
    'when that account is in an organization',
  ),
  key('aws:ResourceTag/', 'String', 'the tag of that name on the resource', 'when the tag exists'),
  key('aws:RequestTag/', 'String', 'the tag of that name in the request', 'when the request has the tag'),
  many('aws:TagKeys', 'String', 'the names of the tags in the request', 'when the request has tags'),
];

const stsKeys: readonly ContextKey[] = [
  key(
    'sts:ExternalId',
    'String',
    'the ExternalId parameter',
    'in AssumeRole when the call has the parameter',
    only('sts:assumerole'),
  ),
  key('sts:RoleSessionName', 'String', 'the RoleSessionName parameter', 'when a role is assumed', assume),
  key('sts:SourceIdentity', 'String', 'the source identity that the call sets', 'when the call sets one', assume),
  many('sts:TransitiveTagKeys', 'String', 'the names of the transitive tags', 'when the request has tags', assume),
  key(
    'sts:RoleAuthorizedByIdp',
    'Bool',
    'whether the roles claim of the token contains the role',
    'in AssumeRoleWithWebIdentity',
    only('sts:assumerolewithwebidentity'),
  ),
  key(
    'sts:RequestContext/',
    'String',
    'a value of the context assertion',
    'when the call has ProvidedContexts',
    only('sts:assumerole', 'sts:setcontext'),
  ),
  many(
    'sts:RequestContextProviders',
    'ARN',
    'the context providers',
    'when the call has ProvidedContexts',
    only('sts:assumerole', 'sts:setcontext'),
  ),
  key(
    'sts:AWSServiceName',
    'String',
    'the service a bearer token is for',
    'in GetServiceBearerToken',
    only('sts:getservicebearertoken'),
  ),
  key(
    'sts:DurationSeconds',
    'Numeric',
    'the DurationSeconds parameter',
    'in GetWebIdentityToken, never in AssumeRole',
    only('sts:getwebidentitytoken', 'sts:getservicebearertoken'),
  ),
  many(
    'sts:IdentityTokenAudience',
    'String',
    'the Audience parameter',
    'in GetWebIdentityToken',
    only('sts:getwebidentitytoken'),
  ),
  key(
    'sts:SigningAlgorithm',
    'String',
    'the SigningAlgorithm parameter',
    'in GetWebIdentityToken',
    only('sts:getwebidentitytoken'),
  ),
  key('sts:TaskPolicyArn', 'ARN', 'the TaskPolicyArn parameter', 'in AssumeRoot', only('sts:assumeroot')),
];

const iamKeys: readonly ContextKey[] = [
  key('iam:ResourceTag/', 'String', 'the tag of that name on the user or role', 'when the tag exists'),
  key('iam:PassedToService', 'String', 'the service a role is passed to', 'in PassRole', only('iam:passrole')),
  key('iam:AssociatedResourceArn', 'ARN', 'the resource a role is passed for', 'in PassRole', only('iam:passrole')),
  key('iam:PermissionsBoundary', 'ARN', 'the permissions boundary that is attached or set', 'when there is one'),
  key('iam:PolicyARN', 'ARN', 'the policy that is attached or detached', 'in attach and detach calls'),
  key(
    'iam:AWSServiceName',
    'String',
    'the service of the service-linked role',
    'in CreateServiceLinkedRole',
    only('iam:createservicelinkedrole'),
  ),
  key('iam:OrganizationsPolicyId', 'String', 'the id of the SCP', 'in GenerateOrganizationsAccessReport'),
];

const saml = 'in AssumeRoleWithSAML; later in the session only namequalifier, sub and sub_type';
const samlSingle = [
  'aud',
  'doc',
  'iss',
  'namequalifier',
  'sub',
  'sub_type',
  'commonName',
  'givenName',
  'mail',
  'name',
  'surname',
  'uid',
];
const samlMany = [
  'cn',
  'edupersonaffiliation',
  'edupersonassurance',
  'edupersonentitlement',
  'edupersonnickname',
  'edupersonorgdn',
  'edupersonorgunitdn',
  'edupersonprimaryaffiliation',
  'edupersonprimaryorgunitdn',
  'edupersonprincipalname',
  'edupersonscopedaffiliation',
  'edupersontargetedid',
  'eduorghomepageuri',
  'eduorgidentityauthnpolicyuri',
  'eduorglegalname',
  'eduorgsuperioruri',
  'eduorgwhitepagesuri',
  'organizationStatus',
  'primaryGroupSID',
  'x500UniqueIdentifier',
];
const samlKeys: readonly ContextKey[] = [
  ...samlSingle.map(name => key(`saml:${name}`, 'String', 'the assertion', saml)),
  ...samlMany.map(name => many(`saml:${name}`, 'String', 'the assertion', saml)),
];

/** Every key whose name does not depend on an identity provider. */
export const contextKeys: readonly ContextKey[] = [...globalKeys, ...stsKeys, ...iamKeys, ...samlKeys];
