/** How a verifier asks for the keys of an issuer, and what it can be told: the one thing STS and the issuers share. */

/** A JSON Web Key as published; members are not checked here. */
export type PublishedKey = Readonly<Record<string, unknown>>;

/**
 * The same object is answered as long as the set is unchanged, so imported keys can be cached by identity.
 */
export interface PublishedKeySet {
  readonly keys: readonly PublishedKey[];
}

/** Where the keys of an iss come from. */
export type KeySourceKind = 'hosted' | 'pinned' | 'remote';

export type IssuerKeysAnswer =
  | { readonly ok: true; readonly source: KeySourceKind; readonly keySet: PublishedKeySet }
  | {
      readonly ok: false;
      readonly source: KeySourceKind | 'none';
      /** Stable code: `no-source`, `unreachable`, `timeout`, `bad-status`, `bad-document`, `too-large`, `private-address`, `thumbprint`. */
      readonly reason: string;
      /** One sentence: what was fetched and what came back. */
      readonly detail: string;
    };

/**
 * Keys of an issuer by the exact `iss` of a token. `kid` lets a remote source fetch again when it does not know that
 * key; `thumbprints` are those of the registered provider. Synchronous for hosted and pinned keys that are ready.
 */
export type IssuerKeys = (
  issuer: string,
  wanted: { readonly kid?: string; readonly thumbprints: readonly string[] },
) => IssuerKeysAnswer | Promise<IssuerKeysAnswer>;
