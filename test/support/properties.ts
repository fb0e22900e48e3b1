/** Properties are tried with other values in each run, and in CI with the same ones, so that the gate says the same of the same code. */
import fc from 'fast-check';

if (process.env['CI'] !== undefined) fc.configureGlobal({ seed: 4592 });
