import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files with tests of ten seconds and more. They begin first, so that no worker ends with one while the others are idle. */
const SLOW =
  /\/test\/(library\/(instances|vitest)|cli\/(cli|init|secrets)|server\/memory|flows\/(issuer-requirements|one-decision)|clients\/(terraform(-\w+)?|console|snippets|tls))\.test\.ts$/;

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // A worker that changes from one project to another begins anew.
    const rank = ({ moduleId, project }: TestSpecification) =>
      SLOW.test(moduleId) ? 0 : project.name === 'unit' ? 1 : 2;
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

/** No test depends on speed: the limits only end a test that hangs, also on a busy machine. */
const limits = { testTimeout: 120_000, hookTimeout: 120_000 };

/**
 * The files of one worker share their modules, because a quarter of the time was spent on imports. A test restores what it
 * replaces.
 */
const shared = { ...limits, isolate: false, unstubEnvs: true, restoreMocks: true };

/**
 * Two projects: `unit` mirrors src/ and holds the flows with JavaScript clients; `parity` replays recorded answers.
 * Clients in other languages run by `npm run test:clients`.
 */
export default defineConfig({
  test: {
    // The default is one worker less than cores.
    maxWorkers: '100%',
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          setupFiles: ['test/support/set-up.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/parity/**', 'test/clients/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'parity',
          setupFiles: ['test/support/set-up.ts'],
          include: ['test/parity/**/*.test.ts'],
        },
      },
      { test: { name: 'clients', include: ['test/clients/**/*.test.ts'], testTimeout: 300_000 } },
    ],
  },
});
