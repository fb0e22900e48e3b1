/** Parts of an assembly of services that the harnesses share. */
import type { Config } from '../../src/config/schema.ts';

/** `test`/`test` as the administrator of an account, as by default. */
export const administratorOf = (defaultAccount: string): Config['credentials'] => ({
  enabled: true,
  defaultAccount,
  accessKeyId: 'test',
  secretAccessKey: 'test',
  anyAccount: true,
});

/** An unexpected error fails the test. */
export const rethrow = (error: unknown): void => {
  throw error;
};
