/** Fetches keys of remote issuers by discovery: cached, one fetch per issuer at a time, limited in number and bytes. */
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { kindOfHost } from '../../kernel/address.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { IssuerKeysAnswer, PublishedKey, PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { isObject } from '../../kernel/json.ts';
import { estimateSize } from '../../kernel/size.ts';
import { readUrl } from '../../kernel/url.ts';
import type { IdpSettings } from '../types.ts';
import { FetchError, fetchJson, type UntrustedChain } from './fetch.ts';

interface RemoteDeps {
  readonly clock: Clock;
  readonly settings: IdpSettings;
}

interface Remote {
  readonly iss: string;
  readonly discoveryUrl: string | undefined;
  readonly allowPrivateNetwork: boolean;
}

interface KeyRequest {
  readonly kid?: string;
  readonly thumbprints: readonly string[];
}

interface Failure {
  readonly reason: string;
  readonly detail: string;
}

/** The cached result of a fetch; `at` is its real time, `triedAt` the real time of the last failed refresh. */
type Outcome = { readonly at: number } & (
  | {
      readonly keySet: PublishedKeySet;
      readonly chains: readonly UntrustedChain[];
      readonly from: string;
      readonly triedAt: number;
    }
  | { readonly failure: Failure }
);

/** In milliseconds. AWS waits about five seconds for discovery and keys together. */
const DEADLINE = 5000;
const KEEP_KEYS = 5 * 60_000;
const KEEP_FAILURE = 5000;
/** Minimum time in milliseconds between two fetches that unknown kids cause. */
const KEEP_UNKNOWN_KID = 5000;

/** Maximum number of cached outcomes, and of their estimated bytes. */
const MAX_CACHED = { outcomes: 256, bytes: 16 * 1024 * 1024 };
const MAX_CONCURRENT = 8;
const MAX_WAITING = 64;
const DOCUMENT_BYTES = 256 * 1024;
const KEY_SET_BYTES = 1024 * 1024;

export class RemoteKeys {
  readonly #deps: RemoteDeps;
  /** In order of use, the least recently used first. */
  readonly #kept = new Map<string, Outcome>();
  readonly #sizes = new Map<string, number>();
  #bytes = 0;
  readonly #fetching = new Map<string, Promise<Outcome>>();
  readonly #waiting = new Set<() => void>();
  /** One per running fetch: a shared long-lived signal would accumulate the signals that AbortSignal.any creates. */
  readonly #controllers = new Set<AbortController>();
  #isClosed = false;
  #running = 0;
  #secureContext: SecureContext | undefined;

  constructor(deps: RemoteDeps) {
    this.#deps = deps;
  }

  /** Synchronous if cached; never throws: a failure is an answer with its reason. */
  keysOf(remote: Remote, requested: KeyRequest): IssuerKeysAnswer | Promise<IssuerKeysAnswer> {
    const refused = this.#refuse(remote);
    if (refused !== undefined) return failed(refused, 'none');
    const name = `${remote.iss}\n${remote.discoveryUrl ?? ''}\n${remote.allowPrivateNetwork}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined && this.#isFresh(kept, requested.kid)) {
      this.#touch(name, kept);
      return verifyChain(kept, requested);
    }
    let fetching = this.#fetching.get(name);
    if (fetching === undefined) {
      fetching = this.#fetch(remote, kept).finally(() => this.#fetching.delete(name));
      this.#fetching.set(name, fetching);
      return fetching.then(outcome => {
        this.#keep(name, outcome);
        return verifyChain(outcome, requested);
      });
    }
    return fetching.then(outcome => verifyChain(outcome, requested));
  }

  reset(): void {
    this.#kept.clear();
    this.#sizes.clear();
    this.#bytes = 0;
  }

  /** The number of cached outcomes, and their estimated bytes. */
  get kept(): { readonly outcomes: number; readonly bytes: number } {
    return { outcomes: this.#kept.size, bytes: this.#bytes };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const ending of this.#controllers) ending.abort();
    await Promise.all(this.#fetching.values());
  }

  #refuse(remote: Remote): Failure | undefined {
    const source = remote.discoveryUrl ?? remote.iss;
    const url = readUrl(source);
    if (url === undefined) return { reason: 'no-source', detail: `${source.slice(0, 200)} is not a URL` };
    const { protocol } = url;
    const mayBeHttp = this.#allowPrivate(remote) || this.#deps.settings.providerUrls === 'any';
    if (protocol === 'https:' || (protocol === 'http:' && mayBeHttp)) return undefined;
    return { reason: 'no-source', detail: `${source} is not fetched: discovery requires https` };
  }

  /** Depends on the issuer's own host, not on the URLs in its document. */
  #allowPrivate(remote: Remote): boolean {
    if (remote.allowPrivateNetwork) return true;
    const isLenient = this.#deps.settings.providerUrls !== 'aws';
    return isLenient && kindOfHost(new URL(remote.discoveryUrl ?? remote.iss).hostname) === 'private';
  }

  #isFresh(kept: Outcome, kid: string | undefined): boolean {
    const now = this.#deps.clock.real();
    const age = now - kept.at;
    if ('failure' in kept) return age < KEEP_FAILURE;
    if (age >= KEEP_KEYS) return false;
    const wasJustTried = now - kept.triedAt < KEEP_UNKNOWN_KID;
    return kid === undefined || wasJustTried || kept.keySet.keys.some(key => key['kid'] === kid);
  }

  #touch(name: string, outcome: Outcome): void {
    this.#kept.delete(name);
    this.#kept.set(name, outcome);
  }

  /** Caches an outcome, always, whatever its size, so that it is not fetched again for each call; evicts the least recently used. */
  #keep(name: string, outcome: Outcome): void {
    this.#touch(name, outcome);
    const size = estimateSize([name, outcome]);
    this.#bytes += size - (this.#sizes.get(name) ?? 0);
    this.#sizes.set(name, size);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_CACHED.outcomes && (this.#bytes <= MAX_CACHED.bytes || oldest === name)) break;
      this.#kept.delete(oldest);
      this.#bytes -= this.#sizes.get(oldest) ?? 0;
      this.#sizes.delete(oldest);
    }
  }

  /** Fetches the keys. A failed refresh keeps keys that are still valid, and is not retried immediately. */
  async #fetch(remote: Remote, before: Outcome | undefined): Promise<Outcome> {
    if (this.#waiting.size >= MAX_WAITING) {
      return this.#outcome({
        failure: {
          reason: 'unreachable',
          detail: `the keys of ${remote.iss} were not fetched: too many fetches are waiting`,
        },
      });
    }
    const ending = new AbortController();
    const { signal } = ending;
    const timeout = setTimeout(() => ending.abort(), DEADLINE);
    this.#controllers.add(ending);
    if (this.#isClosed) ending.abort();
    try {
      await this.#waitForSlot(remote, signal);
      try {
        return await this.#discover(remote, signal, before);
      } finally {
        this.#next();
      }
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      const now = this.#deps.clock.real();
      if (before !== undefined && 'keySet' in before && now - before.at < KEEP_KEYS) return { ...before, triedAt: now };
      return this.#outcome({ failure: { reason: error.reason, detail: error.message } });
    } finally {
      clearTimeout(timeout);
      this.#controllers.delete(ending);
    }
  }

  /** Waits until fewer fetches than the limit are running; throws FetchError on time-out. */
  #waitForSlot(remote: Remote, signal: AbortSignal): Promise<void> | undefined {
    if (this.#running < MAX_CONCURRENT) {
      this.#running += 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const start = (): void => resolve();
      this.#waiting.add(start);
      signal.addEventListener('abort', () => {
        if (this.#waiting.delete(start))
          reject(new FetchError('timeout', `the fetch of the keys of ${remote.iss} could not start in time`));
      });
    });
  }

  /** Starts the fetch that has waited longest. */
  #next(): void {
    const [start] = this.#waiting;
    if (start === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(start);
    start();
  }

  async #discover(remote: Remote, signal: AbortSignal, before: Outcome | undefined): Promise<Outcome> {
    const base = remote.iss.endsWith('/') ? remote.iss.slice(0, -1) : remote.iss;
    const from = new URL(remote.discoveryUrl ?? `${base}/.well-known/openid-configuration`);
    const allowPrivate = this.#allowPrivate(remote);
    const options = { allowPrivate, signal, secureContext: this.#trust() };
    const discovered = await fetchJson(from, { ...options, maxBytes: DOCUMENT_BYTES });
    const jwksUri = readDocument(
      discovered.document,
      remote.iss,
      from,
      allowPrivate || this.#deps.settings.providerUrls === 'any',
    );
    const fetched = await fetchJson(jwksUri, { ...options, maxBytes: KEY_SET_BYTES });
    const keySet = readKeySet(fetched.document, jwksUri);
    const same =
      before !== undefined && 'keySet' in before && isSameSet(before.keySet, keySet) ? before.keySet : keySet;
    const chains = [discovered.chain, fetched.chain];
    return this.#outcome({ keySet: same, chains, from: jwksUri.href, triedAt: this.#deps.clock.real() });
  }

  /** Undefined (Node's own trust store) unless additional authorities are configured. */
  #trust(): SecureContext | undefined {
    const further = this.#deps.settings.certificateAuthorities ?? [];
    if (further.length === 0) return undefined;
    this.#secureContext ??= createSecureContext({ ca: [...rootCertificates, ...further] });
    return this.#secureContext;
  }

  #outcome<T extends object>(found: T): T & { readonly at: number } {
    return { ...found, at: this.#deps.clock.real() };
  }
}

function readDocument(document: Readonly<Record<string, unknown>>, iss: string, from: URL, mayBeHttp: boolean): URL {
  const { issuer, jwks_uri: jwksUri } = document;
  if (issuer !== iss) {
    const found = typeof issuer === 'string' ? issuer.slice(0, 200) : 'missing';
    throw new FetchError('bad-document', `the issuer in ${from.href} is ${found}, not ${iss}`);
  }
  const url = typeof jwksUri === 'string' ? readUrl(jwksUri) : undefined;
  if (url === undefined) throw new FetchError('bad-document', `${from.href} has no jwks_uri`);
  if (url.username !== '' || url.password !== '')
    throw new FetchError('bad-document', `the jwks_uri in ${from.href} contains a user name or password`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && mayBeHttp)) return url;
  throw new FetchError('bad-document', `the jwks_uri ${url.href} is not an https URL`);
}

function readKeySet(document: Readonly<Record<string, unknown>>, from: URL): PublishedKeySet {
  const { keys } = document;
  if (Array.isArray(keys) && keys.every(isObject)) return { keys: keys satisfies readonly PublishedKey[] };
  throw new FetchError('bad-document', `${from.href} is not a key set: it has no "keys" array`);
}

const isSameSet = (a: PublishedKeySet, b: PublishedKeySet): boolean =>
  JSON.stringify(a.keys) === JSON.stringify(b.keys);

const failed = (failure: Failure, source: 'remote' | 'none' = 'remote'): IssuerKeysAnswer => ({
  ok: false,
  source,
  ...failure,
});

/** Accepts an untrusted certificate chain only if one of its fingerprints is a thumbprint of the provider. */
function verifyChain(outcome: Outcome, requested: KeyRequest): IssuerKeysAnswer {
  if ('failure' in outcome) return failed(outcome.failure);
  const thumbprints = requested.thumbprints.map(thumbprint => thumbprint.toLowerCase());
  const untrusted = outcome.chains.find(
    chain => chain !== undefined && !chain.some(print => thumbprints.includes(print)),
  );
  if (untrusted === undefined) return { ok: true, source: 'remote', keySet: outcome.keySet };
  const detail = `the certificate chain of ${outcome.from} is not in the trust store, and none of its fingerprints (${untrusted.join(', ')}) is a thumbprint of the provider`;
  return failed({ reason: 'thumbprint', detail });
}
