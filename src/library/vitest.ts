/** For test files under Vitest: an emulator of their own, fresh for each test. */
import { afterAll, beforeEach } from 'vitest';
import { type ConfigInput, type Rolecall, startRolecall } from '../index.ts';
import { enterEnvironment } from './environment.ts';

export { matchers, type TokenRequest, type TrustMatchers, type TrustPolicy, TrustPolicyError } from './matchers.ts';

/**
 * Starts an emulator for this file, points the SDKs of the process at it, puts it back to its start state before each
 * test, and closes it at the end. Files that run at the same time do not disturb each other. Call it at the top level or
 * in a `describe`. Throws ConfigError.
 *
 * @example
 * const rolecall = await useRolecall({ accounts: { '000000000000': { roles: [] } } });
 */
export async function useRolecall(options: ConfigInput = {}): Promise<Rolecall> {
  const rolecall = await startRolecall(options);
  const leaveEnvironment = enterEnvironment({ ...rolecall.env(), ROLECALL_URL: rolecall.url });
  beforeEach(() => rolecall.reset());
  afterAll(async () => {
    leaveEnvironment();
    await rolecall.close();
  });
  return rolecall;
}
