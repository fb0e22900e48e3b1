/** Suggestions for a call that names an unknown role, issuer or audience. */

import { type OidcProvider, oidcProviders, type Role, roleByName, roles } from '../accounts/model.ts';
import { parseArn } from '../aws/arn.ts';
import { nearest } from '../kernel/text.ts';
import type { Store } from '../store/store.ts';

/** Maximum number of roles or providers searched for a suggestion. */
const MAX_NAMES = 1000;

/** One sentence that explains why no role has this ARN, with a suggestion if there is one. */
export function explainUnknownRole(roleArn: string, store: Store): string {
  const head = `The role ${roleArn} does not exist`;
  const arn = parseArn(roleArn);
  if (arn === undefined) return `${head}.`;
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const same = roleByName(store, arn.account, name);
  if (same !== undefined) return `${head}; did you mean ${same.arn}? AWS compares the path and letter case exactly.`;
  const like = roleWithSimilarName(name, arn.account, store);
  if (like !== undefined) return `${head}; did you mean ${like.arn}?`;
  const elsewhere = roleInOtherAccount(name, store);
  if (elsewhere !== undefined)
    return `${head}; a role with that name exists in another account, ${elsewhere.arn}. Compare the account numbers.`;
  return `${head}; AWS returns the same error as for a trust policy that does not allow the call.`;
}

function roleWithSimilarName(name: string, account: string, store: Store): Role | undefined {
  const known = store.list(roles, `${account}/`).slice(0, MAX_NAMES);
  const like = nearest(
    name,
    known.map(({ value }) => value.name),
    2,
  );
  return known.find(({ value }) => value.name === like)?.value;
}

const roleInOtherAccount = (name: string, store: Store): Role | undefined =>
  store
    .list(roles, '')
    .slice(0, MAX_NAMES)
    .find(({ value }) => value.name === name)?.value;

/** A sentence that names another account that has registered the issuer; empty when there is none. */
export function suggestAccountOfProvider(issuer: string, account: string, store: Store): string {
  const other = store
    .list(oidcProviders, '')
    .slice(0, MAX_NAMES)
    .find(({ value }) => value.issuer === issuer && value.account !== account)?.value;
  return other === undefined
    ? ''
    : ` Account ${other.account} has one; compare it with the account number in the role ARN.`;
}

/** What to do about an audience that is not among the client IDs. */
export function suggestAudience(audience: string, { arn, clientIds }: Pick<OidcProvider, 'arn' | 'clientIds'>): string {
  const near = clientIds.find(id => normalizeUrl(id) === normalizeUrl(audience));
  if (near !== undefined) {
    return `The registered "${near}" differs only in scheme, letter case or a trailing slash; AWS compares exactly.`;
  }
  const [first] = clientIds;
  const instruction = first === undefined ? 'Add' : `Request a token with the audience "${first}", or add`;
  return `${instruction} this audience to ${arn} with AddClientIDToOpenIDConnectProvider.`;
}

/** Lower case, without scheme and trailing slash: removes the usual differences between two spellings of a URL. */
export const normalizeUrl = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
