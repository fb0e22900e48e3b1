/** What a condition key says: the subject or audience of a token, a value that the caller chooses, or another fact. */

import type { EvaluationRequest } from '../decision.ts';
import { type IssuerSubjects, subjectsOf } from '../issuer-subjects.ts';
import { issuerKey } from '../provider-claims.ts';

/** Keys whose value the caller chooses in the call: to know one of their values is to be let in. */
interface ChosenKey {
  /** Lower case; after a trailing `/` follows a name. */
  readonly key: string;
  /** How the caller sets it; `{value}` is the value that the policy expects. */
  readonly how: string;
}

const chosen = (key: string, how: string): ChosenKey => ({ key: key.toLowerCase(), how });

export const chosenKeys: readonly ChosenKey[] = [
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
];

/** The row of a key whose value the caller chooses. */
export const chosenKey = (name: string): ChosenKey | undefined => {
  const lower = name.toLowerCase();
  return chosenKeys.find(({ key }) => key === lower || (key.endsWith('/') && lower.startsWith(key)));
};

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
