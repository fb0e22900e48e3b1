/**
 * Set-up of every test file. Property tests use random values locally and a fixed seed in CI, so that CI results are
 * reproducible. The files of a worker share their modules, so a file restores what it replaced.
 */
import fc from 'fast-check';
import { afterAll, vi } from 'vitest';
import { reuseRsaKeys } from './rsa-keys.ts';

if (process.env['CI'] !== undefined) fc.configureGlobal({ seed: 4592 });
reuseRsaKeys();
// Processes that tests start talk to loopback; with this variable each takes a tenth of a second longer to start.
delete process.env['NODE_EXTRA_CA_CERTS'];

afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
