/** Suggestions for a call that names an unknown role, issuer or audience. */
import { parseArn } from '../../aws/arn.ts';
import { nearest } from '../../kernel/text.ts';
import { isOutboundIssuer, withoutScheme } from './claims.ts';
import type { Directory, RegisteredProvider } from './directory.ts';

/** One sentence that explains why no role has this ARN, with a suggestion if there is one. */
export function explainUnknownRole(roleArn: string, directory: Directory): string {
  const head = `The role ${roleArn} does not exist`;
  const arn = parseArn(roleArn);
  if (arn === undefined) return `${head}.`;
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const same = directory.roleNamed(arn.account, name);
  if (same !== undefined) return `${head}; did you mean ${same.arn}? AWS compares the path and letter case exactly.`;
  const roles = directory.rolesOf(arn.account);
  const names = roles.map(role => role.name);
  const like = roles[names.indexOf(nearest(name, names, 2) ?? '')];
  if (like !== undefined) return `${head}; did you mean ${like.arn}?`;
  const elsewhere = directory.rolesOf().find(role => role.name === name);
  if (elsewhere !== undefined)
    return `${head}; a role with that name exists in another account, ${elsewhere.arn}. Compare the account numbers.`;
  return `${head}; AWS returns the same error as for a trust policy that does not allow the call.`;
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
  const near = registered.find(known => normalizeUrl(known.issuer) === normalizeUrl(issuer));
  if (near !== undefined) {
    return `${head}; the registered ${near.issuer} differs only in scheme, letter case or a trailing slash; AWS compares exactly.`;
  }
  const some = registered.slice(0, 3).map(known => known.issuer);
  return `${head}; registered issuers: ${some.join(', ')}${registered.length > some.length ? ', …' : ''}.${elsewhere}`;
}

/** What to do about an audience that is not among the client IDs of the provider. */
export function suggestAudience(audience: string, provider: string, clientIds: readonly string[]): string {
  const near = clientIds.find(id => normalizeUrl(id) === normalizeUrl(audience));
  if (near !== undefined) {
    return `The registered "${near}" differs only in scheme, letter case or a trailing slash; AWS compares exactly.`;
  }
  const [first] = clientIds;
  const instruction = first === undefined ? 'Add' : `Request a token with the audience "${first}", or add`;
  return `${instruction} this audience to ${provider} with AddClientIDToOpenIDConnectProvider.`;
}

/** Lower case, without scheme and trailing slash: removes the usual differences between two spellings of a URL. */
const normalizeUrl = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
