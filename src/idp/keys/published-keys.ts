/** Gives the keys of an iss their kid, JWK, certificate and signing function, in the style of its preset. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { PublishedKey } from '../../kernel/issuer-keys.ts';
import { JWS_ALGORITHMS } from '../../kernel/jws-algorithms.ts';
import type { KeyStyle } from '../presets/row.ts';
import type { Algorithm } from '../types.ts';
import { DECOY_MODULI } from './decoys.ts';
import { kidOf, publicKeyOf, toJwk, x5tOf } from './formats.ts';
import { type SignToken, tokenSigner } from './sign.ts';

/** A signing key. */
export interface SigningKey {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: PublishedKey;
  /** x5t of its certificate, if the issuer publishes certificates. */
  readonly x5t: string | undefined;
  /** Undefined for a key with which jose does not sign. */
  readonly sign: SignToken | undefined;
}

/** Creates a certificate in DER that is the same for the same content, with its common name as issuer and subject. */
export type Certify = (content: {
  readonly publicKey: KeyObject;
  /** An RSA key, not necessarily that of `publicKey`. */
  readonly signer: KeyObject;
  readonly commonName: string;
  /** Validity in epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}) => Promise<Buffer>;

interface PublishedKeysDeps {
  readonly iss: string;
  readonly style: KeyStyle;
  readonly certify: Certify;
  /** Epoch milliseconds of movable time. */
  readonly now: () => number;
}

const YEAR = 365 * 24 * 3600 * 1000;

export class PublishedKeys {
  readonly #deps: PublishedKeysDeps;

  constructor(deps: PublishedKeysDeps) {
    this.#deps = deps;
  }

  /** `generation` is the number of keys of the algorithm that the iss had before. */
  async signingKey(
    alg: Algorithm,
    privateKey: KeyObject,
    givenKid: string | undefined,
    generation: number,
  ): Promise<SigningKey> {
    const { style } = this.#deps;
    const publicKey = publicKeyOf(privateKey);
    const [certificate, sign] = await Promise.all([
      JWS_ALGORITHMS[alg].kty === 'RSA' ? this.#certify(publicKey, privateKey) : undefined,
      tokenSigner(privateKey),
    ]);
    const jwk = await this.#publish({ publicKey, alg, certificate, generation }, givenKid);
    const x5t = certificate !== undefined && style.x5t === true ? x5tOf(certificate) : undefined;
    return { alg, kid: String(jwk['kid']), privateKey, jwk, x5t, sign };
  }

  /** A public key that is published only. */
  publicKey(alg: Algorithm, publicKey: KeyObject, givenKid: string | undefined): Promise<PublishedKey> {
    return this.#publish({ publicKey, alg, certificate: undefined, generation: 0 }, givenKid);
  }

  /** The additional keys of the real issuer. Their certificates are signed by our key, because their private keys do not exist. */
  decoys(signer: KeyObject): Promise<readonly PublishedKey[]> {
    const { iss, style } = this.#deps;
    const start = createHash('sha256').update(iss).digest()[0] ?? 0;
    const keys = (style.decoys ?? []).map(async (bits, index) => {
      const pool = DECOY_MODULI[bits] ?? [];
      const n = pool[(start + index) % pool.length] ?? '';
      const publicKey = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
      const certificate = signer.asymmetricKeyType === 'rsa' ? await this.#certify(publicKey, signer) : undefined;
      return this.#publish({ publicKey, alg: 'RS256', certificate, generation: index + 1 }, undefined);
    });
    return Promise.all(keys);
  }

  async #publish(key: Omit<Parameters<typeof kidOf>[1], 'fixed'>, givenKid: string | undefined): Promise<PublishedKey> {
    const { style } = this.#deps;
    const kid = givenKid ?? (await kidOf(style.kid, { ...key, fixed: style.fixedKid }));
    const der = key.certificate;
    return toJwk(key.publicKey, key.alg, kid, der && { der, x5c: style.x5c === true, x5t: style.x5t === true });
  }

  /** Undefined if the iss publishes no certificates. */
  async #certify(publicKey: KeyObject, signer: KeyObject): Promise<Buffer | undefined> {
    const { iss, style, certify, now } = this.#deps;
    if (style.x5c !== true && style.x5t !== true) return undefined;
    const commonName = URL.canParse(iss) ? new URL(iss).hostname : iss;
    return certify({ publicKey, signer, commonName, notBefore: now() - YEAR, notAfter: now() + YEAR });
  }
}
