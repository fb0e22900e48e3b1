/** What a condition key says: the subject or audience of a token, a value that the caller chooses, or another fact. */

import type { EvaluationRequest, Principal } from '../decision.ts';
import type { IssuerSubjects } from '../issuer-subjects.table.ts';
import { subjectsOf } from '../issuer-subjects.ts';
import { issuerKey } from '../provider-claims.ts';

/** How a request gets a value of a key of AWS. */
interface KeyRow {
  /** Lower case; after a trailing `/` follows a name. */
  readonly key: string;
  /** As an imperative; `{value}` is the value that the policy expects in words, `{name}` the name after the slash or colon. */
  readonly how: string;
  /** What a session of a role does instead. */
  readonly inSession?: string | undefined;
  /** Whether the caller chooses the value in the call: then it is no proof, and to know it is to be let in. */
  readonly chosen: boolean;
}

const keyRow =
  (chosen: boolean) =>
  (key: string, how: string, inSession?: string): KeyRow => ({ key: key.toLowerCase(), how, chosen, inSession });
const [chosen, given] = [keyRow(true), keyRow(false)];

/** AWS does not keep MFA in the sessions of roles (IAM User Guide, configuring MFA-protected API access). */
const asUser = 'Make the call as an IAM user with MFA: AWS keeps none in the sessions of roles';

const keyRows: readonly KeyRow[] = [
  chosen('sts:ExternalId', 'Pass ExternalId {value}'),
  chosen('sts:RoleSessionName', 'Pass RoleSessionName {value}'),
  chosen('sts:SourceIdentity', 'Pass SourceIdentity {value}'),
  chosen('sts:DurationSeconds', 'Pass DurationSeconds {value}'),
  chosen('sts:TransitiveTagKeys', 'Pass TransitiveTagKeys {value}'),
  chosen('sts:IdentityTokenAudience', 'Pass the Audience {value}'),
  chosen('sts:SigningAlgorithm', 'Pass SigningAlgorithm {value}'),
  chosen('sts:TaskPolicyArn', 'Pass TaskPolicyArn {value}'),
  chosen('sts:AWSServiceName', 'Request the token for the service {value}'),
  given('sts:RequestContext/', 'Pass a context assertion with {name} {value}'),
  given('sts:RequestContextProviders', 'Pass a context assertion of {value}'),
  given('sts:RoleAuthorizedByIdp', 'Use a token whose claim https://aws.amazon.com/roles names the role'),
  chosen('aws:RequestTag/', 'Pass the tag {name} with the value {value}'),
  chosen('aws:TagKeys', 'Pass tags with keys that the policy lists, such as {value}'),
  chosen('aws:MultiFactorAuthPresent', 'Authenticate with MFA: pass SerialNumber and TokenCode', asUser),
  chosen('aws:MultiFactorAuthAge', 'Authenticate with MFA again: pass SerialNumber and TokenCode', asUser),
  chosen('aws:UserAgent', 'Send the User-Agent {value}'),
  chosen('aws:Referer', 'Send the Referer {value}'),
  chosen('aws:RequestedRegion', 'Call the endpoint of the region {value}'),
  chosen('aws:SecureTransport', 'Call over HTTPS'),
  given('aws:SourceIp', 'Make the call from an address in {value}'),
  given('aws:VpcSourceIp', 'Make the call from an address in {value}'),
  given('aws:SourceVpc', 'Make the call through an endpoint of the VPC {value}'),
  given('aws:SourceVpcArn', 'Make the call through an endpoint of the VPC {value}'),
  given('aws:SourceVpce', 'Make the call through the VPC endpoint {value}'),
  given('aws:VpceAccount', 'Make the call through a VPC endpoint of account {value}'),
  given('aws:VpceOrgID', 'Make the call through a VPC endpoint of the organization {value}'),
  given('aws:VpceOrgPaths', 'Make the call through a VPC endpoint under the organization path {value}'),
  given('aws:Ec2InstanceSourceVpc', 'Make the call from an instance in the VPC {value}'),
  given('aws:Ec2InstanceSourcePrivateIPv4', 'Make the call from the instance with the address {value}'),
  given('aws:PrincipalOrgID', 'Make the call from an account of the organization {value}'),
  given('aws:PrincipalOrgPaths', 'Make the call from an account under the organization path {value}'),
  given('aws:PrincipalAccount', 'Make the call from account {value}'),
  given('aws:PrincipalArn', 'Make the call as {value}'),
  given('aws:PrincipalType', 'Make the call as a principal of the type {value}'),
  given('aws:PrincipalIsAWSService', 'Have an AWS service make the call itself'),
  given('aws:PrincipalServiceName', 'Have the service {value} make the call'),
  given('aws:PrincipalServiceNamesList', 'Have the service {value} make the call'),
  given('aws:PrincipalTag/', 'Tag the user or role of the caller with {name} = {value}'),
  given('aws:userid', 'Make the call as the caller with the unique id {value}'),
  given('aws:username', 'Make the call as the user {value}'),
  given('aws:SourceIdentity', 'Use a session with the source identity {value}'),
  given('aws:FederatedProvider', 'Use a session from the identity provider {value}'),
  given('aws:AssumedRoot', 'Use credentials of AssumeRoot'),
  given('aws:TokenIssueTime', 'Get new session credentials: they must be issued {value}'),
  given('aws:ViaAWSService', 'Have an AWS service make the call on behalf of the caller'),
  given('aws:CalledVia', 'Make the call through the service {value}'),
  given('aws:CalledViaFirst', 'Make the call through the service {value}'),
  given('aws:CalledViaLast', 'Make the call through the service {value}'),
  given('aws:SourceArn', 'Have the service make the call for the resource {value}'),
  given('aws:SourceAccount', 'Have the service make the call for a resource of account {value}'),
  given('aws:SourceOrgID', 'Have the service make the call for a resource of the organization {value}'),
  given('aws:SourceOrgPaths', 'Have the service make the call for a resource under the organization path {value}'),
  given('aws:ResourceAccount', 'Make the call for a resource of account {value}'),
  given('aws:ResourceOrgID', 'Make the call for a resource of the organization {value}'),
  given('aws:ResourceOrgPaths', 'Make the call for a resource under the organization path {value}'),
  given('aws:ResourceTag/', 'Tag the resource with {name} = {value}'),
  given('iam:ResourceTag/', 'Tag the role or user with {name} = {value}'),
  given('s3:ExistingObjectTag/', 'Tag the object with {name} = {value}'),
  given('s3:ResourceAccount', 'Make the call for a resource of account {value}'),
  given('kms:CallerAccount', 'Make the call from account {value}'),
  chosen('iam:PassedToService', 'Pass the role to the service {value}'),
  chosen('iam:AssociatedResourceArn', 'Pass the role for the resource {value}'),
  chosen('iam:PermissionsBoundary', 'Set the permissions boundary {value}'),
  chosen('iam:PolicyARN', 'Attach or detach the policy {value}'),
  chosen('iam:AWSServiceName', 'Create the service-linked role of the service {value}'),
  chosen('iam:OrganizationsPolicyId', 'Pass OrganizationsPolicyId {value}'),
  given('kms:ViaService', 'Make the call through the service {value}'),
  given('saml:', 'Use an assertion whose {name} is {value}'),
  given('aws:CurrentTime', 'Make the call {value}'),
  given('aws:EpochTime', 'Make the call {value}'),
];

/** Tags of resources: each service has the key under its own name, and `aws:ResourceTag` means the same. */
const serviceTag = /^(?!iam:)[a-z][a-z0-9-]*:(?=resourcetag\/)/;

const rowOf = (name: string): KeyRow | undefined => {
  const lower = name.toLowerCase().replace(serviceTag, 'aws:');
  return keyRows.find(({ key }) => key === lower || (/[/:]$/.test(key) && lower.startsWith(key)));
};

/** Keys of services are parameters of the call, but for tags of the resource: Service Authorization Reference. */
const isParameter = (name: string): boolean =>
  /^(?!(?:aws|sts|iam|saml):)[a-z][a-z0-9-]*:(?!resourcetag\/)/i.test(name);

/** Whether the caller chooses the value of the key in its call. */
export const isChosenByCaller = (name: string): boolean => rowOf(name)?.chosen ?? isParameter(name);

/** How the request gets the value (in words: quoted, or `before "…"`), as an imperative without a full stop. */
export function howToSet(key: string, value: string, caller: Principal['type']): string {
  const row = rowOf(key);
  // A row without a value says how the key becomes true.
  const isTold = row?.how.includes('{value}') === true || value !== '"false"';
  const how = isTold ? ((caller === 'role-session' ? row?.inSession : undefined) ?? row?.how) : undefined;
  return (how ?? `Make the call with ${key} {value}`)
    .replace('{name}', () => key.slice(key.indexOf(row?.key.endsWith(':') === true ? ':' : '/') + 1))
    .replace('{value}', () => value);
}

/** What a condition key of an identity provider says about a token. */
export interface IssuerFact {
  readonly issuer: string;
  /** Lower case. */
  readonly claim: string;
  /** The forms of the issuer's subjects; undefined when they are not known. */
  readonly subjects: IssuerSubjects | undefined;
}

/** The issuer of a web identity caller, without scheme; undefined for other callers. */
export function callerIssuer({ principal }: Pick<EvaluationRequest, 'principal'>): string | undefined {
  if (principal.type !== 'federated' || principal.provider.includes(':saml-provider/')) return undefined;
  const marker = ':oidc-provider/';
  const at = principal.provider.indexOf(marker);
  return at === -1 ? principal.provider : principal.provider.slice(at + marker.length);
}

/** What the token of a web identity caller says about it: its issuer, its subject and the forms of such subjects. */
export interface TokenCaller {
  readonly issuer: string;
  readonly subject: string;
  readonly subjects: IssuerSubjects | undefined;
}

/** Undefined for other callers, and for tokens without a subject. */
export function tokenCaller(request: Pick<EvaluationRequest, 'principal' | 'context'>): TokenCaller | undefined {
  const issuer = callerIssuer(request);
  const subject = issuer === undefined ? undefined : request.context.get(`${issuer.toLowerCase()}:sub`);
  if (issuer === undefined || typeof subject !== 'string') return undefined;
  return { issuer, subject, subjects: subjectsOf(issuer, subject) };
}

/** The issuer and claim of a key, as the caller's request has it. */
export function issuerFact(
  key: string,
  request: Pick<EvaluationRequest, 'principal' | 'context'>,
): IssuerFact | undefined {
  const own = callerIssuer(request);
  const parts = issuerKey(key, own === undefined ? [] : [own]);
  if (parts === undefined) return undefined;
  const isOwn = parts.issuer.toLowerCase() === own?.toLowerCase();
  const subjects = isOwn ? tokenCaller(request)?.subjects : undefined;
  return { issuer: parts.issuer, claim: parts.claim.toLowerCase(), subjects: subjects ?? subjectsOf(parts.issuer) };
}
