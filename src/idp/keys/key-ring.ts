/** The keys of one iss: created on first use, with the issuer's kid format, rotated, published and withdrawn over time. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { PublishedKey, PublishedKeySet } from '../../kernel/issuer-keys.ts';
import type { Sealer } from '../../kernel/seal.ts';
import type { KeyStyle } from '../presets/row.ts';
import type { Algorithm, RotateOptions } from '../types.ts';
import { ALGORITHMS } from './algorithms.ts';
import { createCertificate } from './certificate.ts';
import { DECOY_MODULI } from './decoys.ts';
import { deriveKey } from './derive.ts';
import { kidOf, publicKeyOf, toJwk, x5tOf } from './formats.ts';
import type { ImportedKey } from './import.ts';
import type { RsaKeyPool } from './rsa-key-pool.ts';

/** Stores RSA keys across restarts; a label identifies an iss, algorithm and generation. */
export interface KeyFileStore {
  /** PKCS#8 in DER. */
  load(label: string): Buffer | undefined;
  /** Stores a key and returns the stored one: this key, or the key that another process stored first. */
  keep(label: string, pkcs8: Buffer): Promise<Buffer>;
}

export interface KeyRingDeps {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly keyPool: RsaKeyPool;
  readonly keyFiles?: KeyFileStore;
}

/** A signing key. */
export interface SigningKey {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: PublishedKey;
  /** x5t of its certificate, if the issuer publishes certificates. */
  readonly x5t: string | undefined;
}

/** A key and the period in which it is published, in epoch milliseconds of movable time. */
interface PublishedPeriod {
  readonly key: SigningKey;
  readonly publishAt: number;
  readonly withdrawAt: number;
}

/** Maximum number of published keys per algorithm; a further rotation withdraws the oldest. */
const MAX_PUBLISHED = 100;

export class KeyRing {
  readonly iss: string;
  readonly #style: KeyStyle;
  readonly #deps: KeyRingDeps;
  /** Oldest first; the last one signs. */
  #slots = new Map<Algorithm, PublishedPeriod[]>();
  #pending = new Map<Algorithm, Promise<SigningKey>>();
  #generations = new Map<Algorithm, number>();
  readonly #first = new Map<Algorithm, SigningKey>();
  #decoyKeys: readonly PublishedKey[] | undefined;
  #imported: readonly PublishedKey[] = [];
  #published: { readonly members: readonly PublishedKey[]; readonly keySet: PublishedKeySet } | undefined;
  /** The period in which `#published` is valid; undefined after keys were added or removed. */
  #period: { readonly from: number; readonly until: number } | undefined;

  constructor(iss: string, style: KeyStyle, deps: KeyRingDeps) {
    this.iss = iss;
    this.#style = style;
    this.#deps = deps;
  }

  /** Imports keys: the last private key of an algorithm signs, public keys are only published. */
  importKeys(keys: readonly ImportedKey[]): void {
    for (const { key, alg, kid } of keys) {
      if (key.type === 'private') this.#add(this.#name(alg, key, kid, 0), 0);
      else this.#imported = [...this.#imported, this.#publicOnly(key, alg, kid)];
    }
    this.#period = undefined;
  }

  /** The signing key of an algorithm; a promise while it is being generated. */
  signer(alg: Algorithm): SigningKey | Promise<SigningKey> {
    const ready = this.#slots.get(alg)?.at(-1)?.key;
    if (ready !== undefined) return ready;
    let pending = this.#pending.get(alg);
    if (pending === undefined) {
      pending = this.#createFirst(alg).finally(() => this.#pending.delete(alg));
      this.#pending.set(alg, pending);
    }
    return pending;
  }

  /** The published key set, with at least one key per given algorithm; a promise while one is being generated. */
  keySet(algs: readonly Algorithm[]): PublishedKeySet | Promise<PublishedKeySet> {
    if (algs.every(alg => this.#slots.has(alg))) return this.#currentKeySet();
    return Promise.all(algs.map(alg => this.signer(alg))).then(() => this.#currentKeySet());
  }

  /** Creates new keys for every algorithm in use. */
  async rotate(algs: readonly Algorithm[], options: RotateOptions): Promise<void> {
    const inUse = new Set([...algs, ...this.#slots.keys()]);
    await Promise.all([...inUse].map(alg => this.signer(alg)));
    const now = this.#deps.clock.now();
    const withdrawAt =
      options.keepOld === false ? now : now + (options.withdrawOldIn ?? Number.POSITIVE_INFINITY) * 1000;
    for (const alg of inUse) {
      const key = await this.#createKey(alg, this.#nextGeneration(alg));
      const kept = (this.#slots.get(alg) ?? []).filter(slot => options.keepOld !== false && slot.withdrawAt > now);
      const old = kept
        .slice(1 - MAX_PUBLISHED)
        .map(slot => ({ ...slot, withdrawAt: Math.min(slot.withdrawAt, withdrawAt) }));
      this.#slots.set(alg, old);
      this.#period = undefined;
      this.#add(key, now + (options.publishIn ?? 0) * 1000);
    }
  }

  /** Resets to the first key of each algorithm, so that tokens issued before the first rotation stay valid. */
  reset(): void {
    this.#slots = new Map([...this.#first].map(([alg, key]) => [alg, [always(key)]]));
    this.#generations = new Map();
    this.#period = undefined;
  }

  #add(key: SigningKey, publishAt: number): void {
    this.#period = undefined;
    if (!this.#first.has(key.alg)) this.#first.set(key.alg, key);
    const slots = this.#slots.get(key.alg) ?? [];
    this.#slots.set(key.alg, [...slots, { ...always(key), publishAt }]);
  }

  #nextGeneration(alg: Algorithm): number {
    const generation = (this.#generations.get(alg) ?? 0) + 1;
    this.#generations.set(alg, generation);
    return generation;
  }

  async #createFirst(alg: Algorithm): Promise<SigningKey> {
    const first = this.#first.get(alg) ?? (await this.#createKey(alg, 0));
    this.#add(first, 0);
    return first;
  }

  async #createKey(alg: Algorithm, generation: number): Promise<SigningKey> {
    const row = ALGORITHMS[alg];
    const label = `${this.iss}\n${alg}\n${generation}`;
    if (row.kty !== 'RSA') return this.#name(alg, deriveKey(row, this.#deps.sealer, label), undefined, generation);
    return this.#name(alg, await this.#rsa(label), undefined, generation);
  }

  async #rsa(label: string): Promise<KeyObject> {
    const { keyFiles, keyPool } = this.#deps;
    const kept = keyFiles?.load(label);
    if (kept !== undefined) return createPrivateKey({ key: kept, format: 'der', type: 'pkcs8' });
    const created = await keyPool.take(this.#style.modulusLength ?? 2048);
    if (keyFiles === undefined) return created;
    const pkcs8 = await keyFiles.keep(label, created.export({ format: 'der', type: 'pkcs8' }));
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  }

  #name(alg: Algorithm, privateKey: KeyObject, givenKid: string | undefined, generation: number): SigningKey {
    const publicKey = publicKeyOf(privateKey);
    const style = this.#style;
    const needsCertificate = (style.x5c === true || style.x5t === true) && ALGORITHMS[alg].kty === 'RSA';
    const certificate = needsCertificate ? this.#certify(publicKey, privateKey) : undefined;
    this.#decoyKeys ??= this.#decoys(privateKey);
    const kid = givenKid ?? kidOf(style.kid, { publicKey, alg, certificate, fixed: style.fixedKid, generation });
    const jwk = toJwk(
      publicKey,
      alg,
      kid,
      certificate && { der: certificate, x5c: style.x5c === true, x5t: style.x5t === true },
    );
    const x5t = certificate !== undefined && style.x5t === true ? x5tOf(certificate) : undefined;
    return { alg, kid, privateKey, jwk, x5t };
  }

  #publicOnly(publicKey: KeyObject, alg: Algorithm, givenKid: string | undefined): PublishedKey {
    const marks = { publicKey, alg, certificate: undefined, fixed: this.#style.fixedKid, generation: 0 };
    return toJwk(publicKey, alg, givenKid ?? kidOf(this.#style.kid, marks), undefined);
  }

  /** The additional keys of the real issuer. Their certificates are signed by our key, because their private keys do not exist. */
  #decoys(signer: KeyObject): readonly PublishedKey[] {
    const style = this.#style;
    const start = createHash('sha256').update(this.iss).digest()[0] ?? 0;
    return (style.decoys ?? []).map((bits, index) => {
      const pool = DECOY_MODULI[bits] ?? [];
      const n = pool[(start + index) % pool.length] ?? '';
      const publicKey = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
      const isCertified = (style.x5c === true || style.x5t === true) && signer.asymmetricKeyType === 'rsa';
      const certificate = isCertified ? this.#certify(publicKey, signer) : undefined;
      const kid = kidOf(style.kid, {
        publicKey,
        alg: 'RS256',
        certificate,
        fixed: style.fixedKid,
        generation: index + 1,
      });
      return toJwk(
        publicKey,
        'RS256',
        kid,
        certificate && { der: certificate, x5c: style.x5c === true, x5t: style.x5t === true },
      );
    });
  }

  #certify(publicKey: KeyObject, signer: KeyObject): Buffer {
    const host = URL.canParse(this.iss) ? new URL(this.iss).hostname : this.iss;
    return createCertificate(publicKey, signer, host, this.#deps.clock.now());
  }

  /** The published key set; returns the same object until it changes. */
  #currentKeySet(): PublishedKeySet {
    const now = this.#deps.clock.now();
    const last = this.#published;
    const period = this.#period;
    if (last !== undefined && period !== undefined && period.from <= now && now < period.until) return last.keySet;
    const slots = [...this.#slots.values()].flat();
    const changes = slots.flatMap(slot => [slot.publishAt, slot.withdrawAt]);
    this.#period = {
      from: Math.max(Number.NEGATIVE_INFINITY, ...changes.filter(change => change <= now)),
      until: Math.min(Number.POSITIVE_INFINITY, ...changes.filter(change => change > now)),
    };
    const signing = slots.filter(slot => slot.publishAt <= now && now < slot.withdrawAt).map(slot => slot.key.jwk);
    const members = [...(this.#decoyKeys ?? []), ...this.#imported, ...signing];
    const isSame = last?.members.length === members.length && members.every((key, i) => key === last.members[i]);
    if (last !== undefined && isSame) return last.keySet;
    const keySet = Object.freeze({ keys: Object.freeze(members) });
    this.#published = { members, keySet };
    return keySet;
  }
}

const always = (key: SigningKey): PublishedPeriod => ({ key, publishAt: 0, withdrawAt: Number.POSITIVE_INFINITY });
