/** What was probably meant, when a call names a role, an issuer or an audience that is not there. */

import { type OidcProvider, oidcProviders, type Role, roleByName, roles } from '../accounts/model.ts';
import { parseArn } from '../aws/arn.ts';
import { nearest } from '../policy/explain/spelling.ts';
import type { Store } from '../store/store.ts';

/** Most roles and providers that are looked through for a suggestion. */
const MOST = 1000;

/** One sentence on why a role ARN finds nothing. */
export function unknownRoleSentence(roleArn: string, store: Store): string {
  const head = `There is no role ${roleArn}`;
  const arn = parseArn(roleArn);
  if (arn === undefined) return `${head}.`;
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const same = roleByName(store, arn.account, name);
  if (same !== undefined) return `${head}, but there is ${same.arn}; path and letter case count.`;
  const like = roleSpeltLike(name, arn.account, store);
  if (like !== undefined) return `${head}, but there is ${like.arn}, which is spelt almost alike.`;
  const elsewhere = roleElsewhere(name, store);
  if (elsewhere !== undefined) return `${head}, but there is ${elsewhere.arn}; compare the account numbers.`;
  return `${head}; AWS answers as if its trust policy refused.`;
}

function roleSpeltLike(name: string, account: string, store: Store): Role | undefined {
  const known = store.list(roles, `${account}/`).slice(0, MOST);
  const like = nearest(
    name,
    known.map(({ value }) => value.name),
  );
  return known.find(({ value }) => value.name === like)?.value;
}

const roleElsewhere = (name: string, store: Store): Role | undefined =>
  store
    .list(roles, '')
    .slice(0, MOST)
    .find(({ value }) => value.name === name)?.value;

/** The other account that has registered an issuer; a sentence to follow another. */
export function registeredElsewhere(issuer: string, account: string, store: Store): string {
  const other = store
    .list(oidcProviders, '')
    .slice(0, MOST)
    .find(({ value }) => value.issuer === issuer && value.account !== account)?.value;
  return other === undefined ? '' : ` Account ${other.account} has it; compare the account number in the role's ARN.`;
}

/** What to do about an audience that is not among the client ids. */
export function audienceAdvice(audience: string, { arn, clientIds }: Pick<OidcProvider, 'arn' | 'clientIds'>): string {
  const near = clientIds.find(id => normalizeUrl(id) === normalizeUrl(audience));
  if (near !== undefined) {
    return `"${near}" differs in scheme, letter case or a trailing slash, and AWS compares exactly.`;
  }
  const [first] = clientIds;
  const ask = first === undefined ? 'Add' : `Ask for a token with the audience "${first}", or add`;
  return `${ask} this one with AddClientIDToOpenIDConnectProvider to ${arn}.`;
}

/** Without what is often added or left out by mistake. */
export const normalizeUrl = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
