/** What users import: `startRolecall()`, its types and errors. */

import { resolveConfig } from './config/load.ts';
import type { Config, ConfigInput } from './config/schema.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import type { Decision } from './iam/policy/decision.ts';
import type { Minted, MintRequest } from './idp/types.ts';

export { ConfigError, type ConfigFault } from './config/load.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export type { Decision } from './iam/policy/decision.ts';
export type { Minted, MintRequest } from './idp/types.ts';

/** A running emulator. */
export interface Rolecall {
  /** Where it is served: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly config: Config;
  /**
   * Mints a token of a hosted issuer. Throws an error with `code`, `path` and `suggestion` for an unknown issuer,
   * claim of the wrong type or unknown fault.
   */
  mint(request: MintRequest): Promise<Minted>;
  /** Decisions of this instance, newest first. */
  decisions(): readonly Decision[];
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
  const config = resolveConfig({ port: 0, logLevel: 'silent', ...options }, 'startRolecall options');
  return library(await startEmulator(config));
}

function library(emulator: Emulator): Rolecall {
  return {
    url: emulator.url,
    config: emulator.config,
    mint: request => emulator.idp.mint(request),
    decisions: () => emulator.book.list(),
    reset: () => emulator.reset(),
    close: () => emulator.close(),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}
