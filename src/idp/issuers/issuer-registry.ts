/** The issuer registry: hosted, pinned and remote issuers, with one source of keys for each iss. */
import type { IssuerSettings } from '../../config/issuers.ts';
import { defined } from '../../kernel/defined.ts';
import type { IssuerKeys, IssuerKeysAnswer, PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { pointer } from '../../kernel/json.ts';
import { hostName, realHosts } from '../discovery.ts';
import { IdpProblem, nearestName } from '../idp-problem.ts';
import { KeyRing, type KeyRingDeps } from '../keys/key-ring.ts';
import type { SigningKey } from '../keys/published-keys.ts';
import { readClaims, refuseIssuerConflict } from '../mint/claims.ts';
import type { Algorithm, IdpSettings, IssuerRegistry, IssuerView, RotateOptions } from '../types.ts';
import { createFromPreset, type DeclarationDeps, type HostedIssuer, type Issuer, readIssuer } from './declaration.ts';
import { view } from './issuer-view.ts';

/** Fetches the keys of a remote issuer. */
type FetchKeys = (
  remote: { readonly iss: string; readonly discoveryUrl: string | undefined; readonly allowPrivateNetwork: boolean },
  requested: { readonly kid?: string; readonly thumbprints: readonly string[] },
) => IssuerKeysAnswer | Promise<IssuerKeysAnswer>;

interface IssuersDeps extends KeyRingDeps, DeclarationDeps {
  readonly settings: IdpSettings;
  readonly fetchKeys: FetchKeys;
}

const MAX_ISSUERS = 10_000;

export class Issuers implements IssuerRegistry {
  /** Called after issuers were added or removed. */
  onChange: () => void = () => {};
  readonly #deps: IssuersDeps;
  #issuers = new Map<string, Issuer>();
  /** The issuers of each iss, in the order of declaration. */
  #byIss = new Map<string, Issuer[]>();
  /** Hosted issuers by host name; created on first use after a change. */
  #byHost: ReadonlyMap<string, readonly HostedIssuer[]> | undefined;
  readonly #rings = new Map<string, KeyRing>();
  /** Algorithms whose keys each iss publishes; created on first use after a change. */
  readonly #algorithms = new Map<string, readonly Algorithm[]>();

  constructor(deps: IssuersDeps) {
    this.#deps = deps;
    this.#seed();
  }

  list(): readonly IssuerView[] {
    return [...this.#issuers.values()].map(view);
  }

  get(id: string): IssuerView | undefined {
    const issuer = this.#issuers.get(id);
    return issuer && view(issuer);
  }

  put(id: string, settings: IssuerSettings): IssuerView {
    const issuer = readIssuer(id, settings, this.#deps);
    if (!this.#issuers.has(id) && this.#issuers.size >= MAX_ISSUERS) {
      throw new IdpProblem('too-large', '', `${MAX_ISSUERS} issuers already exist`);
    }
    this.#refuseSecondSource(issuer);
    if (issuer.source === 'hosted') refuseIssuerConflict(issuer, readClaims(issuer.preset, issuer.claims, '/claims'));
    const before = this.#issuers.get(id);
    const ring = this.#rings.get(issuer.iss);
    this.#drop(id);
    this.#add(issuer);
    if (ring !== undefined && keepsKeys(before, issuer)) this.#rings.set(issuer.iss, ring);
    return view(issuer);
  }

  remove(id: string): boolean {
    const issuer = this.#issuers.get(id);
    const isDeclared = issuer !== undefined && (issuer.source !== 'hosted' || issuer.declared);
    if (!isDeclared) return false;
    this.#drop(id);
    const preset = this.#deps.presets.get(id);
    if (preset !== undefined) this.#add(createFromPreset(preset));
    return true;
  }

  secretsOf(id: string): ReturnType<IssuerRegistry['secretsOf']> {
    const { keys, clients } = this.hosted(id);
    const jwks = keys.map(({ key, alg, kid }) => ({
      ...key.export({ format: 'jwk' }),
      alg,
      ...defined({ kid }),
    }));
    return { keys: jwks, clients };
  }

  async rotate(id: string, options: RotateOptions = {}): Promise<PublishedKeySet> {
    const issuer = this.hosted(id);
    const ring = this.#ringOf(issuer.iss);
    await ring.rotate(this.#algorithmsOf(issuer.iss), options);
    return ring.keySet([]);
  }

  async jwks(id: string): Promise<PublishedKeySet> {
    const issuer = this.#issuers.get(id) ?? this.#unknown(id);
    if (issuer.source === 'pinned') return issuer.jwks;
    const { iss, preset } = this.hosted(id);
    if (preset.token !== 'opaque') return this.#hostedKeys(iss);
    throw new IdpProblem('no-token', '/issuer', `${preset.title} issues opaque tokens and has no keys`);
  }

  reset(): void {
    // Imported keys are removed together with their declaration.
    for (const issuer of this.#issuers.values()) {
      if (issuer.source === 'hosted' && issuer.keys.length > 0) this.#rings.delete(issuer.iss);
    }
    this.#seed();
    for (const [iss, ring] of this.#rings) {
      if (this.#byIss.has(iss)) ring.reset();
      else this.#rings.delete(iss);
    }
  }

  /** The hosted issuer of an id; throws IdpProblem with the nearest known id. */
  hosted(id: string, at = '/issuer'): HostedIssuer {
    const issuer = this.#issuers.get(id) ?? this.#unknown(id, at);
    if (issuer.source === 'hosted') return issuer;
    throw new IdpProblem(
      'not-hosted',
      at,
      `${id} is not a hosted issuer (its source is ${issuer.source}), so its tokens cannot be minted here`,
    );
  }

  /** Hosted issuers whose real host name this is, in their order. */
  atHost(host: string): readonly HostedIssuer[] {
    this.#byHost ??= this.#hosts();
    return this.#byHost.get(hostName(host)) ?? [];
  }

  /** Whether the iss is declared or is the iss of a preset. */
  knows(iss: string): boolean {
    return this.#byIss.has(iss);
  }

  signer(issuer: HostedIssuer, alg: Algorithm = issuer.alg): SigningKey | Promise<SigningKey> {
    return this.#ringOf(issuer.iss).signer(alg);
  }

  /** See IssuerKeys: pinned and hosted keys synchronously if they are ready; keys of undeclared issuers are fetched. */
  readonly keysOf: IssuerKeys = (iss, requested) => {
    const issuer = this.#sourceOf(iss);
    if (issuer?.source === 'pinned') return { ok: true, source: 'pinned', keySet: issuer.jwks };
    if (issuer?.source !== 'hosted') {
      const remote = issuer ?? { iss, discoveryUrl: undefined, allowPrivateNetwork: false };
      return this.#deps.fetchKeys(remote, requested);
    }
    const keySet = this.#hostedKeys(iss);
    return keySet instanceof Promise ? keySet.then(hostedAnswer) : hostedAnswer(keySet);
  };

  #hostedKeys(iss: string): PublishedKeySet | Promise<PublishedKeySet> {
    return this.#ringOf(iss).keySet(this.#algorithmsOf(iss));
  }

  /** The source of an iss: pinned and remote issuers precede hosted ones; among hosted ones the last declaration wins. */
  #sourceOf(iss: string): Issuer | undefined {
    const issuers = this.#byIss.get(iss);
    return issuers?.find(issuer => issuer.source !== 'hosted') ?? issuers?.at(-1);
  }

  #algorithmsOf(iss: string): readonly Algorithm[] {
    let algorithms = this.#algorithms.get(iss);
    if (algorithms === undefined) {
      const hosted = (this.#byIss.get(iss) ?? []).filter(issuer => issuer.source === 'hosted');
      algorithms = [...new Set(hosted.flatMap(issuer => [issuer.alg, ...(issuer.preset.keys.alsoPublished ?? [])]))];
      this.#algorithms.set(iss, algorithms);
    }
    return algorithms;
  }

  #ringOf(iss: string): KeyRing {
    let ring = this.#rings.get(iss);
    if (ring === undefined) {
      const hosted = (this.#byIss.get(iss) ?? []).filter(issuer => issuer.source === 'hosted');
      const style = hosted[0]?.preset.keys ?? { kid: 'thumbprint' };
      ring = new KeyRing(
        iss,
        style,
        this.#deps,
        hosted.flatMap(issuer => issuer.keys),
      );
      this.#rings.set(iss, ring);
    }
    return ring;
  }

  #refuseSecondSource(issuer: Issuer): void {
    const others = (this.#byIss.get(issuer.iss) ?? []).filter(other => other.id !== issuer.id);
    const isDeclared = (other: Issuer): boolean => other.source !== 'hosted' || other.declared;
    const isSame = (other: Issuer): boolean => issuer.source === 'hosted' && other.source === 'hosted';
    const conflicting = others.find(other => isDeclared(other) && !isSame(other));
    if (conflicting === undefined) return;
    const sentence = `${issuer.iss} already has a source of keys: ${conflicting.id} (${conflicting.source})`;
    throw new IdpProblem('issuer-taken', pointer('issuer'), sentence, conflicting.id);
  }

  #seed(): void {
    this.#issuers = new Map();
    this.#byIss = new Map();
    this.#algorithms.clear();
    for (const preset of this.#deps.presets.values()) this.#add(createFromPreset(preset));
    for (const [id, declaration] of Object.entries(this.#deps.settings.issuers ?? {})) {
      try {
        this.put(id, declaration);
      } catch (error) {
        if (!(error instanceof IdpProblem)) throw error;
        const { code, path, message, suggestion } = error;
        throw new IdpProblem(code, pointer('issuers', id) + path, message, suggestion);
      }
    }
  }

  #hosts(): ReadonlyMap<string, readonly HostedIssuer[]> {
    const hosts = new Map<string, HostedIssuer[]>();
    for (const issuer of this.#issuers.values()) {
      if (issuer.source !== 'hosted') continue;
      for (const host of realHosts(issuer)) hosts.set(host, [...(hosts.get(host) ?? []), issuer]);
    }
    return hosts;
  }

  #add(issuer: Issuer): void {
    this.#byHost = undefined;
    this.#algorithms.delete(issuer.iss);
    this.#issuers.set(issuer.id, issuer);
    this.#byIss.set(issuer.iss, [...(this.#byIss.get(issuer.iss) ?? []), issuer]);
    if (issuer.source === 'hosted' && issuer.keys.length > 0) this.#rings.delete(issuer.iss);
    this.onChange();
  }

  #drop(id: string): boolean {
    const issuer = this.#issuers.get(id);
    if (issuer === undefined) return false;
    this.#byHost = undefined;
    this.#algorithms.delete(issuer.iss);
    this.#issuers.delete(id);
    const left = (this.#byIss.get(issuer.iss) ?? []).filter(other => other !== issuer);
    if (left.length > 0) this.#byIss.set(issuer.iss, left);
    else this.#byIss.delete(issuer.iss);
    const importsKeys = issuer.source === 'hosted' && issuer.keys.length > 0;
    if (left.length === 0 || importsKeys) this.#rings.delete(issuer.iss);
    this.onChange();
    return true;
  }

  #unknown(id: string, at = '/issuer'): never {
    throw new IdpProblem('unknown-issuer', at, `unknown issuer \`${id}\``, nearestName(id, this.#issuers.keys()));
  }
}

/** Whether a new declaration of an issuer keeps its keys: it does unless one of the two declarations imports keys. */
const keepsKeys = (before: Issuer | undefined, after: Issuer): boolean =>
  before?.source === 'hosted' &&
  after.source === 'hosted' &&
  before.iss === after.iss &&
  before.preset === after.preset &&
  before.keys.length + after.keys.length === 0;

const hostedAnswer = (keySet: PublishedKeySet): IssuerKeysAnswer => ({ ok: true, source: 'hosted', keySet });
