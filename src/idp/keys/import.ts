/** Imports keys of a declaration: PEM or JWK, private or public; validates them. */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { PublishedKey } from '../../kernel/issuer-keys.ts';
import { isObject, pointer } from '../../kernel/json.ts';
import { JWS_ALGORITHMS } from '../../kernel/jws-algorithms.ts';
import { toText } from '../../kernel/table.ts';
import { IdpProblem, nearestName } from '../idp-problem.ts';
import type { Algorithm, KeyDeclaration } from '../types.ts';
import { ALGORITHM_NAMES, isAlgorithm } from './algorithms.ts';

export interface ImportedKey {
  readonly key: KeyObject;
  readonly alg: Algorithm;
  readonly kid: string | undefined;
}

const MAX_PEM_LENGTH = 20_000;
export const MIN_RSA_BITS = 1024;
const MAX_RSA_BITS = 8192;
/** With the exponent 1 anyone can forge a signature. */
export const MIN_RSA_EXPONENT = 3n;

/** Whether two algorithms use the same type of key. */
const useSameKeyType = (one: Algorithm, other: Algorithm): boolean =>
  JWS_ALGORITHMS[one].kty === JWS_ALGORITHMS[other].kty && JWS_ALGORITHMS[one].crv === JWS_ALGORITHMS[other].crv;

/**
 * Imports a key. Its algorithm is the declared one, else the issuer's (`wanted`) if the key type allows it, else the
 * default of the key type. Throws IdpProblem `invalid-key` with the pointer of the declaration.
 */
function importKey(declared: KeyDeclaration, at: string, requested?: Algorithm): ImportedKey {
  const key = read(declared, at);
  const natural = algorithmOf(key, at);
  const fitting = requested !== undefined && useSameKeyType(requested, natural) ? requested : natural;
  const alg = declared.alg ?? (isAlgorithm(declared.jwk?.['alg']) ? declared.jwk['alg'] : fitting);
  if (!isAlgorithm(alg)) {
    const near = nearestName(toText(alg), ALGORITHM_NAMES);
    throw new IdpProblem('invalid-key', `${at}/alg`, `unsupported algorithm ${toText(alg)}`, near);
  }
  if (!useSameKeyType(alg, natural))
    throw new IdpProblem('invalid-key', `${at}/alg`, `the key type does not support ${alg}`, natural);
  const kid = declared.kid ?? declared.jwk?.['kid'];
  return { key, alg, kid: typeof kid === 'string' ? kid : undefined };
}

const KEY_TYPES: readonly unknown[] = ['RSA', 'EC', 'OKP'];

function read(declared: KeyDeclaration, at: string): KeyObject {
  if ((declared.pem === undefined) === (declared.jwk === undefined)) {
    throw new IdpProblem('invalid-key', at, 'a key must have either `pem` or `jwk`');
  }
  if (declared.pem !== undefined) {
    if (declared.pem.length > MAX_PEM_LENGTH)
      throw new IdpProblem('too-large', `${at}/pem`, 'the PEM text is too long');
    const pem = declared.pem;
    return attempt(`${at}/pem`, () => (pem.includes('PRIVATE KEY') ? createPrivateKey(pem) : createPublicKey(pem)));
  }
  const jwk = declared.jwk as JsonWebKey;
  // Some versions of Node quote an unknown type in their error message.
  if (!KEY_TYPES.includes(jwk.kty))
    throw new IdpProblem(
      'invalid-key',
      `${at}/jwk`,
      `the key cannot be read: kty must be one of ${KEY_TYPES.join(', ')}`,
    );
  const make = typeof jwk.d === 'string' ? createPrivateKey : createPublicKey;
  return attempt(`${at}/jwk`, () => make({ key: jwk, format: 'jwk' }));
}

function attempt(at: string, make: () => KeyObject): KeyObject {
  try {
    return make();
  } catch (error) {
    // Node's error message quotes its input, which may be part of a private key.
    const reason = error instanceof Error ? error.message.replace(/\.? Received .*$/s, '') : 'unreadable';
    throw new IdpProblem('invalid-key', at, `the key cannot be read: ${reason}`);
  }
}

function algorithmOf(key: KeyObject, at: string): Algorithm {
  if (key.asymmetricKeyType === 'rsa') {
    const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
    if (publicExponent < MIN_RSA_EXPONENT)
      throw new IdpProblem('invalid-key', at, `an RSA key must have an exponent of at least ${MIN_RSA_EXPONENT}`);
    if (bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS) return 'RS256';
    const limits = `${MIN_RSA_BITS} to ${MAX_RSA_BITS}`;
    throw new IdpProblem('invalid-key', at, `an RSA key must have ${limits} bits; this key has ${bits}`);
  }
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const alg = ALGORITHM_NAMES.find(name => curve !== undefined && JWS_ALGORITHMS[name].curve === curve);
  if (alg !== undefined) return alg;
  throw new IdpProblem('invalid-key', at, `keys of type ${String(key.asymmetricKeyType)} are not supported`);
}

/** Throws IdpProblem `invalid-key` for a JWK that is not a key of a supported algorithm. */
export function checkJwk(jwk: PublishedKey, at: string): void {
  importKey({ jwk }, at);
}

/** Reads a list of key declarations; an item may also be a plain PEM text or JWK. Throws IdpProblem. */
export function readKeyDeclarations(
  keys: readonly unknown[],
  at: string,
  requested?: Algorithm,
): readonly ImportedKey[] {
  return keys.map((item, index) => {
    const here = at + pointer(index);
    if (typeof item === 'string') return importKey({ pem: item }, here, requested);
    if (isObject(item) && item['kty'] !== undefined) return importKey({ jwk: item }, here, requested);
    if (!isDeclaration(item)) throw new IdpProblem('invalid-key', here, 'a key must be an object with `pem` or `jwk`');
    return importKey(item, here, requested);
  });
}

function isDeclaration(item: unknown): item is KeyDeclaration {
  if (!isObject(item)) return false;
  const { pem, jwk, kid } = item;
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
  return isText(pem) && isText(kid) && (jwk === undefined || (typeof jwk === 'object' && jwk !== null));
}
