/** Suggestions for a call that names an unknown role, issuer or audience. */
import { parseArn } from '../../aws/arn.ts';
import { nearest } from '../../kernel/text.ts';
import { isOutboundIssuer, withoutScheme } from './claims.ts';
import type { Directory, RegisteredProvider } from './directory.ts';

/** Why no role has an ARN: a sentence, and the facts for a fix. */
export interface UnknownRole {
  readonly detail: string;
  readonly facts: { readonly nearest?: string; readonly swapped?: boolean };
}

/** Explains why no role has this ARN, with the nearest one that exists. */
export function explainUnknownRole(roleArn: string, directory: Directory): UnknownRole {
  const head = `The role ${roleArn} does not exist`;
  const arn = parseArn(roleArn);
  if (arn === undefined) return { detail: `${head}.`, facts: {} };
  if (/:(?:oidc|saml)-provider\//.test(roleArn)) {
    const detail = `${roleArn} is the ARN of an identity provider, not of a role.`;
    return { detail, facts: { swapped: true } };
  }
  const near = (detail: string, nearest: string): UnknownRole => ({ detail, facts: { nearest } });
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const same = directory.roleNamed(arn.account, name);
  if (same !== undefined)
    return near(`${head}; did you mean ${same.arn}? AWS compares the path and letter case exactly.`, same.arn);
  const roles = directory.rolesOf(arn.account);
  const names = roles.map(role => role.name);
  const like = roles[names.indexOf(nearest(name, names, 2) ?? '')];
  if (like !== undefined) return near(`${head}; did you mean ${like.arn}?`, like.arn);
  const elsewhere = directory.rolesOf().find(role => role.name === name);
  if (elsewhere !== undefined) {
    const where = `a role with that name exists in another account, ${elsewhere.arn}. Compare the account numbers.`;
    return near(`${head}; ${where}`, elsewhere.arn);
  }
  const detail = `${head}; AWS returns the same error as for a trust policy that does not allow the call.`;
  return { detail, facts: {} };
}

/** Why no provider of the account has the issuer; `registered` are the providers of the account. */
export function explainUnknownIssuer(
  issuer: string,
  account: string,
  registered: readonly RegisteredProvider[],
  directory: Directory,
): string {
  if (isOutboundIssuer(withoutScheme(issuer))) {
    return `${issuer} is an AWS issuer of outbound tokens (GetWebIdentityToken); AWS does not accept those tokens for AssumeRoleWithWebIdentity.`;
  }
  const head = `Account ${account} has no OIDC provider for the issuer ${issuer.slice(0, 255)}`;
  const other = directory.providersOf().find(known => known.issuer === issuer && known.account !== account);
  const elsewhere =
    other === undefined ? '' : ` Account ${other.account} has one; compare it with the account number in the role ARN.`;
  if (registered.length === 0)
    return `${head}; it has no OIDC providers. Register the issuer with CreateOpenIDConnectProvider.${elsewhere}`;
  const near = nearIssuer(issuer, registered);
  if (near !== undefined) {
    return `${head}; the registered ${near.issuer} differs only in scheme, letter case or a trailing slash; AWS compares exactly.`;
  }
  const some = registered.slice(0, 3).map(known => known.issuer);
  return `${head}; registered issuers: ${some.join(', ')}${registered.length > some.length ? ', …' : ''}.${elsewhere}`;
}

/** The registered provider whose issuer differs only in scheme, letter case or a trailing slash. */
export const nearIssuer = (issuer: string, registered: readonly RegisteredProvider[]): RegisteredProvider | undefined =>
  registered.find(known => normalizeUrl(known.issuer) === normalizeUrl(issuer));

/** The audiences with which the trust policy of the role would allow the call. */
export interface AudienceAdvice {
  /** Client IDs of the provider. */
  readonly accepted: readonly string[];
  /** Audiences that the trust policy names. */
  readonly required: readonly string[];
  /** Whether the trust policy accepts the audience of the token. */
  readonly isActualAccepted: boolean;
}

/** How the audience differs from the client IDs of the provider, and which audience the role accepts. */
export function explainAudience(
  audience: string,
  clientIds: readonly string[],
  { accepted, required, isActualAccepted }: AudienceAdvice,
): string {
  const near = clientIds.find(id => normalizeUrl(id) === normalizeUrl(audience));
  const spelling =
    near === undefined
      ? ''
      : `The registered "${near}" differs only in scheme, letter case or a trailing slash; AWS compares exactly. `;
  const [first] = accepted;
  if (first !== undefined) return `${spelling}The trust policy of the role accepts the audience "${first}".`;
  if (isActualAccepted) return `${spelling}The trust policy of the role accepts this audience; the provider does not.`;
  const [wanted] = required;
  if (wanted !== undefined)
    return `${spelling}The trust policy of the role requires the audience "${wanted}", which is not a client ID either.`;
  return `${spelling}The trust policy of the role does not allow the call with any of these audiences.`;
}

/** Lower case, without scheme and trailing slash: removes the usual differences between two spellings of a URL. */
const normalizeUrl = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
