/** The interface through which STS gets the keys of an issuer; the only interface between STS and the identity providers. */

/** A JSON Web Key as published; members are not checked here. */
export type PublishedKey = Readonly<Record<string, unknown>>;

/** Members of a JWK that only private and symmetric keys have (RFC 7518 §6.2.2, §6.3.2 and §6.4.1). */
export const PRIVATE_KEY_MEMBERS = ['d', 'dp', 'dq', 'k', 'oth', 'p', 'q', 'qi'] as const;

/**
 * The same object is returned while the set is unchanged, so that imported keys can be cached by object identity.
 */
export interface PublishedKeySet {
  readonly keys: readonly PublishedKey[];
}

/** The source of an issuer's keys. */
export type KeySourceKind = 'hosted' | 'pinned' | 'remote';

export type IssuerKeysAnswer =
  | { readonly ok: true; readonly source: KeySourceKind; readonly keySet: PublishedKeySet }
  | {
      readonly ok: false;
      readonly source: KeySourceKind | 'none';
      /** Stable code: `no-source`, `unreachable`, `timeout`, `bad-status`, `bad-document`, `too-large`, `private-address`, `thumbprint`. */
      readonly reason: string;
      /** One sentence: the URL and the response or error. */
      readonly detail: string;
    };

/**
 * Returns the keys of an issuer by the exact `iss` of a token. A remote source fetches again if it does not know `kid`;
 * `thumbprints` are those of the registered provider. Synchronous for hosted and pinned keys that are ready.
 */
export type IssuerKeys = (
  issuer: string,
  wanted: { readonly kid?: string; readonly thumbprints: readonly string[] },
) => IssuerKeysAnswer | Promise<IssuerKeysAnswer>;
