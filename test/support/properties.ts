/** Property tests use random values locally and a fixed seed in CI, so that CI results are reproducible. */
import fc from 'fast-check';

if (process.env['CI'] !== undefined) fc.configureGlobal({ seed: 4592 });
