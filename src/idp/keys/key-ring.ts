/** The keys of one iss: created on first use, with the issuer's kid format, rotated, published and withdrawn over time. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { PublishedKey, PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { JWS_ALGORITHMS } from '../../kernel/jws-algorithms.ts';
import type { Sealer } from '../../kernel/seal.ts';
import type { KeyStyle } from '../presets/row.ts';
import type { Algorithm, RotateOptions } from '../types.ts';
import { deriveKey } from './derive.ts';
import type { ImportedKey } from './import.ts';
import { type Certify, PublishedKeys, type SigningKey } from './published-keys.ts';
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
  readonly certify: Certify;
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
  readonly #modulusLength: number;
  readonly #deps: KeyRingDeps;
  readonly #keys: PublishedKeys;
  /** Oldest first; the last one signs. */
  #slots = new Map<Algorithm, PublishedPeriod[]>();
  #pending = new Map<Algorithm, Promise<SigningKey>>();
  #generations = new Map<Algorithm, number>();
  readonly #first = new Map<Algorithm, SigningKey>();
  /** Keys that are only published: the decoys, then imported public keys. */
  #publicOnly: readonly PublishedKey[] = [];
  #decoysAdded: Promise<void> | undefined;
  readonly #declared: readonly ImportedKey[];
  /** Set when the declared keys are first used; `#isImported` when they are ready. */
  #importing: Promise<void> | undefined;
  #isImported: boolean;
  #published: { readonly members: readonly PublishedKey[]; readonly keySet: PublishedKeySet } | undefined;
  /** The period in which `#published` is valid; undefined after keys were added or removed. */
  #period: { readonly from: number; readonly until: number } | undefined;

  /** Of the declared keys, the last private key of an algorithm signs; public keys are only published. */
  constructor(iss: string, style: KeyStyle, deps: KeyRingDeps, declared: readonly ImportedKey[] = []) {
    this.iss = iss;
    this.#modulusLength = style.modulusLength ?? 2048;
    this.#deps = deps;
    this.#keys = new PublishedKeys({ iss, style, certify: deps.certify, now: () => deps.clock.now() });
    this.#declared = declared;
    this.#isImported = declared.length === 0;
  }

  /** The signing key of an algorithm; a promise while it is being generated. */
  signer(alg: Algorithm): SigningKey | Promise<SigningKey> {
    const ready = this.#slots.get(alg)?.at(-1)?.key;
    if (ready !== undefined && this.#isImported) return ready;
    let pending = this.#pending.get(alg);
    if (pending === undefined) {
      pending = this.#createFirst(alg).finally(() => this.#pending.delete(alg));
      this.#pending.set(alg, pending);
    }
    return pending;
  }

  /** The published key set, with at least one key per given algorithm; a promise while one is being generated. */
  keySet(algs: readonly Algorithm[]): PublishedKeySet | Promise<PublishedKeySet> {
    if (this.#isImported && algs.every(alg => this.#slots.has(alg))) return this.#currentKeySet();
    return Promise.all([this.#importDeclared(), ...algs.map(alg => this.signer(alg))]).then(() =>
      this.#currentKeySet(),
    );
  }

  /** Creates new keys for every algorithm in use. */
  async rotate(algs: readonly Algorithm[], options: RotateOptions): Promise<void> {
    await this.#importDeclared();
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

  #importDeclared(): Promise<void> {
    this.#importing ??= this.#importKeys();
    return this.#importing;
  }

  async #importKeys(): Promise<void> {
    for (const { key, alg, kid } of this.#declared) {
      if (key.type === 'private') this.#add(await this.#name(alg, key, kid, 0), 0);
      else this.#publicOnly = [...this.#publicOnly, await this.#keys.publicKey(alg, key, kid)];
    }
    this.#period = undefined;
    this.#isImported = true;
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
    await this.#importDeclared();
    const imported = this.#slots.get(alg)?.at(-1)?.key;
    if (imported !== undefined) return imported;
    const first = this.#first.get(alg) ?? (await this.#createKey(alg, 0));
    this.#add(first, 0);
    return first;
  }

  async #createKey(alg: Algorithm, generation: number): Promise<SigningKey> {
    const label = `${this.iss}\n${alg}\n${generation}`;
    const isRsa = JWS_ALGORITHMS[alg].kty === 'RSA';
    const privateKey = isRsa ? await this.#rsa(label) : deriveKey(alg, this.#deps.sealer, label);
    return this.#name(alg, privateKey, undefined, generation);
  }

  async #rsa(label: string): Promise<KeyObject> {
    const { keyFiles, keyPool } = this.#deps;
    const kept = keyFiles?.load(label);
    if (kept !== undefined) return createPrivateKey({ key: kept, format: 'der', type: 'pkcs8' });
    const created = await keyPool.take(this.#modulusLength);
    if (keyFiles === undefined) return created;
    const pkcs8 = await keyFiles.keep(label, created.export({ format: 'der', type: 'pkcs8' }));
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  }

  async #name(alg: Algorithm, key: KeyObject, kid: string | undefined, generation: number): Promise<SigningKey> {
    this.#decoysAdded ??= this.#addDecoys(key);
    const [named] = await Promise.all([this.#keys.signingKey(alg, key, kid, generation), this.#decoysAdded]);
    return named;
  }

  async #addDecoys(signer: KeyObject): Promise<void> {
    try {
      const decoys = await this.#keys.decoys(signer);
      this.#publicOnly = [...decoys, ...this.#publicOnly];
    } catch (error) {
      // The next key adds them.
      this.#decoysAdded = undefined;
      throw error;
    }
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
    const members = [...this.#publicOnly, ...signing];
    const isSame = last?.members.length === members.length && members.every((key, i) => key === last.members[i]);
    if (last !== undefined && isSame) return last.keySet;
    const keySet = Object.freeze({ keys: Object.freeze(members) });
    this.#published = { members, keySet };
    return keySet;
  }
}

const always = (key: SigningKey): PublishedPeriod => ({ key, publishAt: 0, withdrawAt: Number.POSITIVE_INFINITY });
