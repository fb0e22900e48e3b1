/** The condition keys that an issuer's tokens set. */
import { claimsOf } from '../../policy/provider-claims.ts';

/** Names of an issuer's condition keys: those that a session keeps, and in lower case those of the trust decision alone. */
export interface IssuerKeyNames {
  readonly aud: string;
  readonly sub: string;
  readonly amr: string;
  readonly oaud: string;
  readonly claims: readonly { readonly claim: string; readonly key: string }[];
}

/** aud, oaud, sub, amr, email, and what AWS knows of certain issuers. */
export function issuerKeyNames(prefix: string): IssuerKeyNames {
  const lower = prefix.toLowerCase();
  const claims = ['email', ...(claimsOf(prefix)?.claims ?? [])].map(claim => ({ claim, key: `${lower}:${claim}` }));
  return { aud: `${prefix}:aud`, sub: `${prefix}:sub`, amr: `${prefix}:amr`, oaud: `${lower}:oaud`, claims };
}
