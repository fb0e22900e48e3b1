/** What users import: `startRolecall()`, its types and errors. */

import type { DecisionFilter } from './authorization/decision-log.ts';
import type { IssuerSettings } from './config/issuers.ts';
import { resolveConfig } from './config/load.ts';
import type { Config, ConfigInput } from './config/schema.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import type { IssuerView, Minted, MintRequest, RotateOptions } from './idp/types.ts';
import type { ClockState } from './kernel/clock.ts';
import { movedBy } from './kernel/iso8601.ts';
import type { PublishedKeySet } from './kernel/issuer-keys.ts';
import { type AssumedCredentials, type AssumeOptions, assume } from './library/assume.ts';
import type { Decision } from './policy/decision.ts';
import type { InjectedFault, InjectedFaultDeclaration } from './server/injected-faults.ts';

export type { DecisionFilter } from './authorization/decision-log.ts';
export { ConfigError, type ConfigErrorEntry } from './config/config-error.ts';
export type { IssuerSettings } from './config/issuers.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export type { IssuerView, Minted, MintRequest } from './idp/types.ts';
export { type AssumedCredentials, AssumeError, type AssumeOptions } from './library/assume.ts';
export type { Decision } from './policy/decision.ts';
export type { InjectedFault, InjectedFaultDeclaration } from './server/injected-faults.ts';

/** The movable clock of an instance: tokens, sessions, policies and MFA codes live by it. */
export interface RolecallClock {
  state(): ClockState;
  now(): Date;
  /** Moves to a moment; clients go on signing with their own clock. */
  set(moment: Date | string | number): void;
  /** Moves by milliseconds, or by an ISO 8601 duration (`PT2H`, `-PT50M`); back when negative. Throws RangeError. */
  advance(by: number | string): void;
  freeze(): void;
  /** Lets a frozen clock run on from where it stands. */
  unfreeze(): void;
  /** Back to real time. */
  reset(): void;
}

/** The book of decisions of an instance. */
export interface RolecallDecisions {
  /** Newest first. */
  list(filter?: DecisionFilter): readonly Decision[];
  get(id: string): Decision | undefined;
  /** The newest decision, or the newest that fits the filter. */
  last(filter?: DecisionFilter): Decision | undefined;
  /** Calls the listener with every decision from now on; the answer ends it. */
  subscribe(listener: (decision: Decision) => void): () => void;
}

/** Wanted faults: AWS errors, statuses, delays and dropped connections. */
export interface RolecallFaults {
  add(fault: InjectedFaultDeclaration): InjectedFault;
  list(): readonly InjectedFault[];
  remove(id: string): boolean;
  clear(): void;
}

/** The issuers of an instance; each method throws an error with `code`, `path` and `suggestion` for what it refuses. */
export interface RolecallIssuers {
  list(): readonly IssuerView[];
  get(id: string): IssuerView | undefined;
  /** Declares or replaces: hosted, pinned, or fetched by discovery. */
  put(id: string, settings: IssuerSettings): IssuerView;
  remove(id: string): boolean;
  /** Signs with a new key from now on; answers the new key set. */
  rotate(id: string, options?: RotateOptions): Promise<PublishedKeySet>;
  jwks(id: string): Promise<PublishedKeySet>;
}

/** A running emulator. */
export interface Rolecall {
  /** Where it is served: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** With `tls.enabled`: where it is served over HTTPS, and the authority (PEM) that clients must trust. */
  readonly tls: { readonly url: string; readonly certificateAuthority: string } | undefined;
  readonly config: Config;
  readonly clock: RolecallClock;
  readonly decisions: RolecallDecisions;
  readonly faults: RolecallFaults;
  readonly issuers: RolecallIssuers;
  /** Variables that point the AWS CLI and every SDK at this instance, as its administrator. */
  env(): Record<string, string>;
  /**
   * Mints a token of a hosted issuer. Throws an error with `code`, `path` and `suggestion` for an unknown issuer,
   * claim of the wrong type or unknown fault.
   */
  mint(request: MintRequest): Promise<Minted>;
  /**
   * Assumes a role with a token, or with one minted from the same words as `mint` takes. Throws AssumeError, which
   * carries AWS's code, status and message, and the decision.
   */
  assume(options: AssumeOptions): Promise<AssumedCredentials>;
  /** Back to the seed state: sessions of before are refused from now on. */
  reset(): Promise<void>;
  /** Stops listening and ends background work; calls under way are answered first. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an emulator in this process, on loopback and any free port unless told otherwise.
 * Throws ConfigError with every fault of the options; a taken port rejects with the system's error.
 *
 * @example
 * await using rolecall = await startRolecall();
 * const { token } = await rolecall.mint({ issuer: 'github-actions', audience: 'sts.amazonaws.com' });
 */
export async function startRolecall(options: ConfigInput = {}): Promise<Rolecall> {
  const tls = options.tls && { port: 0, ...options.tls };
  const given = { port: 0, logLevel: 'silent', ...options, ...(tls && { tls }) };
  const config = resolveConfig(given, 'startRolecall options');
  return library(await startEmulator(config));
}

function library(emulator: Emulator): Rolecall {
  const { url, tls, config, clock, decisionLog, idp, faults } = emulator;
  return {
    url,
    tls,
    config,
    clock: {
      state: () => clock.state(),
      now: () => new Date(clock.now()),
      set: moment => clock.set(momentOf(moment)),
      advance: by => clock.advance(lengthOf(by, clock.now())),
      freeze: () => clock.freeze(true),
      unfreeze: () => clock.freeze(false),
      reset: () => clock.reset(),
    },
    decisions: {
      list: filter => decisionLog.list(filter),
      get: id => decisionLog.get(id),
      last: filter => decisionLog.list({ ...filter, limit: 1 })[0],
      subscribe: listener => decisionLog.subscribe(listener),
    },
    faults: {
      add: fault => faults.add(fault),
      list: () => faults.list(),
      remove: id => faults.remove(id),
      clear: () => faults.clear(),
    },
    issuers: idp.registry,
    env: () => ({
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL_IAM: url,
      AWS_ENDPOINT_URL_CLOUDTRAIL: url,
      AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    }),
    mint: request => idp.mint(request),
    assume: request => assume(request, { url, mint: idp.mint, decision: id => decisionLog.get(id) }),
    reset: () => emulator.reset(),
    close: () => emulator.close(),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

function lengthOf(by: number | string, now: number): number {
  const ms = typeof by === 'number' ? by : (movedBy(now, by) ?? Number.NaN) - now;
  if (!Number.isFinite(ms)) throw new RangeError(`not milliseconds, and not an ISO 8601 duration: ${by}`);
  return ms;
}

function momentOf(moment: Date | string | number): number {
  const at = new Date(moment).getTime();
  if (Number.isNaN(at)) throw new RangeError(`not a moment: ${String(moment)}`);
  return at;
}
