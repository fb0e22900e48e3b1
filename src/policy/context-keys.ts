/** Looks up condition keys: those of the table, and those of identity providers. */
import { type ContextKey, contextKeys, key } from './context-keys.table.ts';
import { claimsOf, commonClaims, issuerKey } from './provider-claims.ts';

export { type ContextKey, contextKeys } from './context-keys.table.ts';

const byName = new Map(contextKeys.map(row => [row.key.toLowerCase(), row] as const));

/** The row of a key, in any letter case; undefined for an unknown key. */
export function contextKey(name: string): ContextKey | undefined {
  const lower = name.toLowerCase();
  const slash = lower.indexOf('/');
  const row = byName.get(lower) ?? (slash === -1 ? undefined : byName.get(lower.slice(0, slash + 1)));
  if (row !== undefined) return row;
  const parts = issuerKey(name);
  if (parts === undefined) return undefined;
  const claim = parts.claim.toLowerCase();
  const known = claimsOf(parts.issuer)?.claims.includes(claim) === true;
  if (!known && !commonClaims.includes(claim)) return undefined;
  const when = known ? 'when the token has the claim, only while the role is assumed' : 'when the token has the claim';
  return { ...key(name, 'String', `the ${claim} claim of the token`, when), multivalued: claim === 'amr' };
}
