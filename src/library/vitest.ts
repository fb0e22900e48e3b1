/** For test files in Vitest: one emulator for each file, reset before each test. */
import { afterAll, beforeEach } from 'vitest';
import type { ConfigInput } from '../config/schema.ts';
import { applyEnvironment } from './environment.ts';
import { type Rolecall, startRolecall } from './rolecall.ts';

export { matchers, type TokenRequest, type TrustMatchers, type TrustPolicy, TrustPolicyError } from './matchers.ts';

/**
 * Starts an emulator for this file, directs the SDKs of the process to it, restores its start state before each test, and
 * closes it at the end. Files that run at the same time are independent. Call it at the top level or in a `describe`.
 * Throws ConfigError.
 *
 * @example
 * const rolecall = await useRolecall({ accounts: { '000000000000': { roles: [] } } });
 */
export async function useRolecall(options: ConfigInput = {}): Promise<Rolecall> {
  const rolecall = await startRolecall(options);
  const leaveEnvironment = applyEnvironment({ ...rolecall.env(), ROLECALL_URL: rolecall.url });
  beforeEach(() => rolecall.reset());
  afterAll(async () => {
    leaveEnvironment();
    await rolecall.close();
  });
  return rolecall;
}
