/** Selects the issuer's key for a token by AWS's rules, and verifies the signature (RFC 7517, RFC 7518 section 3). */
import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { PublishedKey, PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { JWS_ALGORITHMS } from '../../kernel/jws-algorithms.ts';
import type { ParsedJws } from './jwt.ts';

/** Maximum keys of one family; with more, no key of the family is used (IAM User Guide; recorded for RSA). */
const MAX_KEYS = 100;
const MIN_RSA_BITS = 2048;
/** With the exponent 1 anyone can forge a signature. */
const MIN_RSA_EXPONENT = 3n;

type Family = 'RSA' | 'EC';

interface Candidate {
  readonly jwk: PublishedKey;
  /** Set when the key is first used. */
  imported?: ImportedKey;
}

/** Index of a key set: keys by family and kid; of two keys with one kid, the later. */
interface Index {
  readonly total: number;
  readonly counts: Readonly<Record<Family, number>>;
  readonly byKid: Readonly<Record<Family, ReadonlyMap<string, Candidate>>>;
  /** The key of a set with exactly one key. */
  readonly single: { readonly family: Family; readonly candidate: Candidate } | undefined;
}

type ImportedKey =
  | { readonly ok: true; readonly key: KeyObject; readonly operations: boolean }
  | { readonly ok: false; readonly code: string; readonly detail: string };

export interface SelectedKey {
  readonly key: KeyObject;
  /** Whether the published key has key_ops. */
  readonly operations: boolean;
  readonly kid: string | undefined;
}

type KeySelection =
  | ({ readonly ok: true } & SelectedKey)
  | { readonly ok: false; readonly code: string; readonly detail: string };

const indexes = new WeakMap<PublishedKeySet, Index>();

/**
 * Selects the key for a token. Error codes: `too-many-keys`, `kid-missing`, `unknown-kid`, `key-use`, `malformed-key`,
 * `weak-key`, `certificate-conflict`. A set is indexed and its keys are imported once per key set object.
 */
export function selectKey(jwt: ParsedJws, keySet: PublishedKeySet): KeySelection {
  let index = indexes.get(keySet);
  if (index === undefined) {
    index = readKeySet(keySet);
    indexes.set(keySet, index);
  }
  const family = JWS_ALGORITHMS[jwt.algorithm].kty === 'RSA' ? 'RSA' : 'EC';
  if (index.counts[family] > MAX_KEYS) {
    return no(
      'too-many-keys',
      `The issuer publishes ${index.counts[family]} ${family} keys; AWS reads at most ${MAX_KEYS}.`,
    );
  }
  const found = findCandidate(jwt, index, family);
  if (!('jwk' in found)) return found;
  found.imported ??= importKey(found.jwk, family);
  const { kid } = found.jwk;
  return found.imported.ok ? { ...found.imported, kid: typeof kid === 'string' ? kid : undefined } : found.imported;
}

/** Verifies the signature with the selected key. Also false when the key does not fit the algorithm. */
export function verifySignature(jwt: ParsedJws, key: KeyObject): boolean {
  const { hash, curve, input } = JWS_ALGORITHMS[jwt.algorithm];
  if (curve !== undefined && key.asymmetricKeyDetails?.namedCurve !== curve) return false;
  return verify(hash, jwt.signed, input(key), jwt.signature);
}

const no = (code: string, detail: string): { ok: false; code: string; detail: string } => ({ ok: false, code, detail });

function readKeySet(keySet: PublishedKeySet): Index {
  const byKid = { RSA: new Map<string, Candidate>(), EC: new Map<string, Candidate>() };
  const counts = { RSA: 0, EC: 0 };
  let single: Index['single'];
  for (const jwk of keySet.keys) {
    const { kty, kid } = jwk;
    if (kty !== 'RSA' && kty !== 'EC') continue;
    counts[kty]++;
    const candidate: Candidate = { jwk };
    if (typeof kid === 'string') byKid[kty].set(kid, candidate);
    if (keySet.keys.length === 1) single = { family: kty, candidate };
  }
  return { total: keySet.keys.length, counts, byKid, single };
}

function findCandidate(jwt: ParsedJws, index: Index, family: Family): Candidate | ReturnType<typeof no> {
  const { kid } = jwt;
  const { single } = index;
  if (single?.family === family && (kid === undefined || !has(single.candidate.jwk, 'kid'))) {
    return single.candidate;
  }
  if (kid === undefined) {
    return no(
      'kid-missing',
      `The token has no kid and the issuer publishes ${index.total} keys, so AWS cannot select one.`,
    );
  }
  const found = typeof kid === 'string' ? index.byKid[family].get(kid) : undefined;
  if (found !== undefined) return found;
  const known = [...index.byKid[family].keys()].slice(0, 10).map(name => `"${name.slice(0, 60)}"`);
  return no(
    'unknown-kid',
    `The token's kid is ${typeof kid === 'string' ? `"${kid.slice(0, 60)}"` : 'not a string'}; ${
      known.length === 0
        ? `the issuer publishes no ${family} key with a kid`
        : `the issuer publishes ${family} keys with the kid ${known.join(', ')}`
    }.`,
  );
}

/** Some issuers write `"x5c":null` for a member that they do not have. */
const has = (jwk: PublishedKey, member: string): boolean => jwk[member] !== undefined && jwk[member] !== null;

function importKey(jwk: PublishedKey, family: Family): ImportedKey {
  if (has(jwk, 'use') && jwk['use'] !== 'sig') return no('key-use', 'The published key has a use other than "sig".');
  const key = readJwk(jwk, family);
  if (key === undefined) return no('malformed-key', `The published ${family} key cannot be read.`);
  const { modulusLength = MIN_RSA_BITS, publicExponent = MIN_RSA_EXPONENT } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS || publicExponent < MIN_RSA_EXPONENT) {
    return no(
      'weak-key',
      `The published RSA key has ${modulusLength} bits and the exponent ${publicExponent}; at least ${MIN_RSA_BITS} bits and the exponent ${MIN_RSA_EXPONENT} are required.`,
    );
  }
  if (has(jwk, 'x5c') && !isCertificateOf(jwk['x5c'], key)) {
    return no('certificate-conflict', 'The certificate in x5c does not contain the published key.');
  }
  return { ok: true, key, operations: has(jwk, 'key_ops') };
}

function readJwk(jwk: PublishedKey, family: Family): KeyObject | undefined {
  const names = family === 'RSA' ? ['n', 'e'] : ['crv', 'x', 'y'];
  const members: Record<string, string> = { kty: family };
  for (const name of names) {
    const value = jwk[name];
    if (typeof value !== 'string') return undefined;
    members[name] = value;
  }
  try {
    return createPublicKey({ key: members, format: 'jwk' });
  } catch {
    // Not a point on its curve, not base64url, …: the key is unusable.
    return undefined;
  }
}

function isCertificateOf(chain: unknown, key: KeyObject): boolean {
  const first: unknown = Array.isArray(chain) ? chain[0] : undefined;
  if (typeof first !== 'string') return false;
  try {
    return new X509Certificate(Buffer.from(first, 'base64')).publicKey.equals(key);
  } catch {
    // Not a certificate.
    return false;
  }
}
