/**
 * Outbound federation: the signing keys of GetWebIdentityToken, encrypted in the store so that every replica signs with
 * the same keys, and the discovery document and key set of an outbound issuer.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { accounts } from '../accounts/model.ts';
import type { PublishedKeySet } from '../kernel/issuer-keys.ts';
import { newEcKey, newRsaKey } from '../kernel/new-key.ts';
import { type Collection, put, type Store, StoreConflict } from '../store/store.ts';
import type { StsDeps } from './deps.ts';

export type OutboundAlgorithm = 'RS256' | 'ES384';

interface StoredKey {
  readonly algorithm: OutboundAlgorithm;
  /** PKCS#8 DER, encrypted with the instance secret, in base64. */
  readonly sealed: string;
}

/** Key: the algorithm. */
export const outboundKeyRecords: Collection<StoredKey> = { name: 'outbound-keys' };

const PURPOSE = 'outbound-key';

interface AlgorithmRow {
  /** The key id that AWS uses (recorded). */
  readonly kid: string;
  create(): KeyObject | Promise<KeyObject>;
}

const algorithmRows: Readonly<Record<OutboundAlgorithm, AlgorithmRow>> = {
  RS256: { kid: 'RSA_0', create: () => newRsaKey(2048) },
  ES384: { kid: 'EC384_0', create: () => newEcKey('P-384') },
};

/** Whether GetWebIdentityToken supports the algorithm. */
export const isOutboundAlgorithm = (name: string): name is OutboundAlgorithm => Object.hasOwn(algorithmRows, name);

type OutboundDeps = Pick<StsDeps, 'store' | 'sealer'>;

const opened = new WeakMap<StoredKey, KeyObject>();

/** The private key of an algorithm. Created on first use. */
async function privateKey(algorithm: OutboundAlgorithm, deps: OutboundDeps): Promise<KeyObject> {
  const stored = deps.store.get(outboundKeyRecords, algorithm)?.value;
  if (stored !== undefined) return openKey(stored, deps);
  const created = await algorithmRows[algorithm].create();
  const sealed = deps.sealer.seal(PURPOSE, created.export({ format: 'der', type: 'pkcs8' })).toString('base64');
  const record: StoredKey = { algorithm, sealed };
  try {
    await deps.store.commit([put(outboundKeyRecords, algorithm, record, 0)]);
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error;
    // Another replica created the key in the meantime; use that one.
    const first = deps.store.get(outboundKeyRecords, algorithm)?.value;
    if (first !== undefined) return openKey(first, deps);
    throw error;
  }
  opened.set(record, created);
  return created;
}

function openKey(stored: StoredKey, { sealer }: OutboundDeps): KeyObject {
  const known = opened.get(stored);
  if (known !== undefined) return known;
  const der = sealer.open(PURPOSE, Buffer.from(stored.sealed, 'base64'));
  if (der === undefined) throw new Error('the stored outbound key was encrypted with another instance secret');
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  opened.set(stored, key);
  return key;
}

/** Signs the claims as a compact JWS (RFC 7515), with jose. */
export async function signOutbound(algorithm: OutboundAlgorithm, payload: string, deps: OutboundDeps): Promise<string> {
  const key = await privateKey(algorithm, deps);
  const { CompactSign } = await import('jose/jws/compact/sign');
  const header = { kid: algorithmRows[algorithm].kid, typ: 'JWT', alg: algorithm };
  return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader(header).sign(key);
}

/** The key set that every outbound issuer of this instance publishes at `/.well-known/jwks.json`. */
export async function outboundKeys(deps: OutboundDeps): Promise<PublishedKeySet> {
  const { exportJWK } = await import('jose/key/export');
  const keys = await Promise.all(
    (['RS256', 'ES384'] as const).map(async algorithm => ({
      ...(await exportJWK(createPublicKey(await privateKey(algorithm, deps)))),
      kid: algorithmRows[algorithm].kid,
      alg: algorithm,
      use: 'sig',
    })),
  );
  return { keys };
}

/** The discovery document of an account's outbound issuer (OpenID Connect Discovery 1.0 section 3). */
export const outboundDiscovery = (issuer: string): Readonly<Record<string, unknown>> => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256', 'ES384'],
});

/** Whether the issuer belongs to an account with outbound federation enabled. */
export const isOutboundIssuer = (issuer: string, store: Store): boolean =>
  store.find(accounts, issuer)?.value.outboundIssuer === issuer;
