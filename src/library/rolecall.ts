/** A running emulator as a program sees it: `startRolecall()` and the interface it returns. */

import type { DecisionFilter } from '../authorization/decision-log.ts';
import { IssuerSettings } from '../config/issuers.ts';
import { resolveConfig } from '../config/load.ts';
import { MintRequest } from '../config/mint-request.ts';
import type { Config, ConfigInput } from '../config/schema.ts';
import { type Emulator, startEmulator } from '../emulator.ts';
import type { IssuerView, Minted, RotateOptions } from '../idp/types.ts';
import type { ClockState } from '../kernel/clock.ts';
import { addDuration } from '../kernel/iso8601.ts';
import type { PublishedKeySet } from '../kernel/issuer-keys.ts';
import type { Decision } from '../policy/decision.ts';
import { checkRequest } from '../server/control/problem.ts';
import type { InjectedFault, InjectedFaultDeclaration } from '../server/faults/declaration.ts';
import { type AssumedCredentials, type AssumeOptions, assume } from './assume.ts';

/** The clock of an instance. It determines the validity of tokens, sessions and MFA codes, and the time in policy conditions. */
export interface RolecallClock {
  /** The current time in epoch milliseconds, whether it is frozen, and its offset from real time. */
  state(): ClockState;
  now(): Date;
  /**
   * Sets the time: a Date, a date text or epoch milliseconds. Clients still sign requests with their own clock. Throws
   * RangeError for an invalid date.
   */
  set(moment: Date | string | number): void;
  /** Moves the time by milliseconds or an ISO 8601 duration (`PT2H`, `-PT50M`); negative values move it back. Throws RangeError. */
  advance(by: number | string): void;
  /** Stops the clock at its current time. */
  freeze(): void;
  /** Starts a frozen clock again, from the time at which it is frozen. */
  unfreeze(): void;
  /** Resets the clock to real time. */
  reset(): void;
}

/** The decision log of an instance. */
export interface RolecallDecisions {
  /** The decisions that match the filter, newest first. */
  list(filter?: DecisionFilter): readonly Decision[];
  /** The decision of an id (header `x-rolecall-decision`). */
  get(id: string): Decision | undefined;
  /** The newest decision that matches the filter. */
  last(filter?: DecisionFilter): Decision | undefined;
  /** Calls the listener with every later decision. Returns a function that unsubscribes it. */
  subscribe(listener: (decision: Decision) => void): () => void;
}

/** Injected faults: AWS errors, HTTP statuses, delays and dropped connections. */
export interface RolecallFaults {
  /**
   * Injects a fault. Returns it with its `id` and its number of `hits`. Throws an error with `code`, `path` and, if there is
   * a similar name, `suggestion` for an unknown operation, issuer or error code and for any other invalid member.
   */
  add(fault: InjectedFaultDeclaration): InjectedFault;
  list(): readonly InjectedFault[];
  /** Returns false if no fault has the id. */
  remove(id: string): boolean;
  clear(): void;
}

/**
 * The issuers of an instance. `put`, `rotate` and `jwks` throw an error with `code`, `path` and, if there is a similar name,
 * `suggestion`.
 */
export interface RolecallIssuers {
  list(): readonly IssuerView[];
  get(id: string): IssuerView | undefined;
  /** Declares or replaces an issuer: hosted, with pinned keys, or with keys fetched by discovery. */
  put(id: string, settings: IssuerSettings): IssuerView;
  /** Removes a declaration; a preset returns to its defaults. Returns false if the id was not declared. */
  remove(id: string): boolean;
  /** Creates a new key, which signs all later tokens. Returns the new key set. */
  rotate(id: string, options?: RotateOptions): Promise<PublishedKeySet>;
  /** The published key set of a hosted or pinned issuer. */
  jwks(id: string): Promise<PublishedKeySet>;
}

/** A running emulator. */
export interface Rolecall {
  /** Base URL: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** With `tls.enabled`: the HTTPS URL, and the certificate authority (PEM) that clients must trust. */
  readonly tls: { readonly url: string; readonly certificateAuthority: string } | undefined;
  readonly config: Config;
  readonly clock: RolecallClock;
  readonly decisions: RolecallDecisions;
  readonly faults: RolecallFaults;
  readonly issuers: RolecallIssuers;
  /** Environment variables for the AWS CLI and SDKs: the endpoints of this instance and its administrator's access key. */
  env(): Record<string, string>;
  /**
   * Mints a token of a hosted issuer. Rejects with an error that has `code`, `path` and, if there is a similar name,
   * `suggestion`: for an unknown issuer (`unknown-issuer`), a claim that the issuer does not have (`unknown-claim`) or of
   * the wrong type (`wrong-type`), an unknown token defect (`unknown-fault`), a request that does not match its schema
   * (`invalid-request`), and others.
   */
  mint(request: MintRequest): Promise<Minted>;
  /**
   * Assumes a role with `token`, or with a token minted from the options of `mint`. Rejects with AssumeError, which has
   * AWS's code, status and message, and the decision if one was recorded.
   */
  assume(options: AssumeOptions): Promise<AssumedCredentials>;
  /** Restores the start state; earlier sessions are no longer valid. */
  reset(): Promise<void>;
  /** Stops listening and background work, after the requests in progress are answered. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an emulator in this process; by default on loopback, on any free port and without log output.
 * Rejects with ConfigError, which lists every error in the options; if the port is in use, with the system error.
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
  const mint = async (request: MintRequest): Promise<Minted> => idp.mint(checkRequest(MintRequest, request));
  return {
    url,
    tls,
    config,
    clock: {
      state: () => clock.state(),
      now: () => new Date(clock.now()),
      set: moment => clock.set(epochMsOf(moment)),
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
    issuers: {
      list: () => idp.registry.list(),
      get: id => idp.registry.get(id),
      put: (id, settings) => idp.registry.put(id, checkRequest(IssuerSettings, settings)),
      remove: id => idp.registry.remove(id),
      rotate: (id, options) => idp.registry.rotate(id, options),
      jwks: id => idp.registry.jwks(id),
    },
    env: () => ({
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL_IAM: url,
      AWS_ENDPOINT_URL_CLOUDTRAIL: url,
      AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    }),
    mint,
    assume: request => assume(request, { url, mint, decision: id => decisionLog.get(id) }),
    reset: () => emulator.reset(),
    close: () => emulator.close(),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

function lengthOf(by: number | string, now: number): number {
  const ms = typeof by === 'number' ? by : (addDuration(now, by) ?? Number.NaN) - now;
  if (!Number.isFinite(ms)) throw new RangeError(`neither milliseconds nor an ISO 8601 duration: ${by}`);
  return ms;
}

function epochMsOf(moment: Date | string | number): number {
  const at = new Date(moment).getTime();
  if (Number.isNaN(at)) throw new RangeError(`not a valid date: ${String(moment)}`);
  return at;
}
