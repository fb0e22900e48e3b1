/** What a condition key says: the subject or audience of a token, a value that the caller chooses, or another fact. */

import type { EvaluationRequest } from '../decision.ts';
import type { IssuerSubjects } from '../issuer-subjects.table.ts';
import { subjectsOf } from '../issuer-subjects.ts';
import { issuerKey } from '../provider-claims.ts';

/** How a request gets a value of a key of AWS. */
interface KeyRow {
  /** Lower case; after a trailing `/` follows a name. */
  readonly key: string;
  /** As an imperative; `{value}` is the value that the policy expects, `{name}` the name after the slash. */
  readonly how: string;
  /** Whether the caller chooses the value in the call: then it is no proof, and to know it is to be let in. */
  readonly chosen: boolean;
}

const keyRow =
  (chosen: boolean) =>
  (key: string, how: string): KeyRow => ({ key: key.toLowerCase(), how, chosen });
const [chosen, given] = [keyRow(true), keyRow(false)];

const keyRows: readonly KeyRow[] = [
  chosen('sts:ExternalId', 'Pass ExternalId {value}'),
  chosen('sts:RoleSessionName', 'Pass RoleSessionName {value}'),
  chosen('sts:SourceIdentity', 'Pass SourceIdentity {value}'),
  chosen('sts:DurationSeconds', 'Pass DurationSeconds {value}'),
  chosen('sts:TransitiveTagKeys', 'Pass TransitiveTagKeys {value}'),
  chosen('aws:RequestTag/', 'Pass the tag {name} with the value {value}'),
  chosen('aws:TagKeys', 'Pass tags with the keys {value} only'),
  chosen('aws:MultiFactorAuthPresent', 'Authenticate with MFA: pass SerialNumber and TokenCode'),
  chosen('aws:MultiFactorAuthAge', 'Authenticate with MFA again: pass SerialNumber and TokenCode'),
  chosen('aws:UserAgent', 'Send the User-Agent {value}'),
  chosen('aws:Referer', 'Send the Referer {value}'),
  chosen('aws:RequestedRegion', 'Call the endpoint of the region {value}'),
  chosen('aws:SecureTransport', 'Call over HTTPS'),
  given('aws:SourceIp', 'Make the call from an address in {value}'),
  given('aws:VpcSourceIp', 'Make the call from an address in {value}'),
  given('aws:SourceVpc', 'Make the call through an endpoint of the VPC {value}'),
  given('aws:SourceVpce', 'Make the call through the VPC endpoint {value}'),
  given('aws:PrincipalOrgID', 'Make the call from an account of the organization {value}'),
  given('aws:PrincipalAccount', 'Make the call from account {value}'),
  given('aws:PrincipalArn', 'Make the call as {value}'),
  given('aws:PrincipalTag/', 'Tag the user or role of the caller with {name} = {value}'),
  given('aws:ResourceTag/', 'Tag the resource with {name} = {value}'),
  given('iam:ResourceTag/', 'Tag the role or user with {name} = {value}'),
  given('aws:CurrentTime', 'Make the call at a time that matches {value}'),
  given('aws:EpochTime', 'Make the call at a time that matches {value}'),
];

const rowOf = (name: string): KeyRow | undefined => {
  const lower = name.toLowerCase();
  return keyRows.find(({ key }) => key === lower || (key.endsWith('/') && lower.startsWith(key)));
};

/** Whether the caller chooses the value of the key in its call. */
export const isChosenByCaller = (name: string): boolean => rowOf(name)?.chosen === true;

/** How the request gets the value, as an imperative without a full stop. */
export const howToSet = (key: string, value: string): string =>
  (rowOf(key)?.how ?? `Make the call with ${key} {value}`)
    .replace('{name}', () => key.slice(key.indexOf('/') + 1))
    .replace('{value}', () => JSON.stringify(value));

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

/** The issuer and claim of a key; `issuer` is that of the caller. */
export function issuerFact(key: string, issuer: string | undefined): IssuerFact | undefined {
  const parts = issuerKey(key, issuer === undefined ? [] : [issuer]);
  return parts && { issuer: parts.issuer, claim: parts.claim.toLowerCase(), subjects: subjectsOf(parts.issuer) };
}
