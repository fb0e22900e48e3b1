import { defineConfig } from 'vitest/config';

/**
 * Two projects: `unit` mirrors src/ and holds the flows with JavaScript clients; `parity` replays recorded answers.
 * Clients in other languages run by `npm run test:clients`.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 30_000,
          setupFiles: ['test/support/properties.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/parity/**', 'test/clients/**'],
        },
      },
      {
        test: {
          name: 'parity',
          testTimeout: 30_000,
          setupFiles: ['test/support/properties.ts'],
          include: ['test/parity/**/*.test.ts'],
        },
      },
      { test: { name: 'clients', include: ['test/clients/**/*.test.ts'], testTimeout: 300_000 } },
    ],
  },
});
