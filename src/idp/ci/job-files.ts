/** The files of a running job: written for their owner alone, rewritten on renewal, gone when the job ends. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import type { JobEnvironment, JobFile, RunningJob } from '../types.ts';

/** Milliseconds of real time between two looks at the movable clock. */
const LOOK_EVERY = 250;

/**
 * Writes the files, and writes them anew whenever the movable clock says that their tokens are old. `make` gives the
 * environment anew; `onError` hears of a renewal that failed, and the next look tries again.
 */
export async function runJob(
  make: () => Promise<JobEnvironment>,
  clock: Clock,
  onError: (error: unknown) => void,
): Promise<RunningJob> {
  let environment = await make();
  let writtenAt = clock.now();
  await write(environment.files);
  let underWay: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    environment = await make();
    writtenAt = clock.now();
    await write(environment.files);
  };
  const { variables, renewAfter } = environment;
  let isBusy = false;
  const look = (): void => {
    const age = clock.now() - writtenAt;
    // A clock that was moved back makes tokens of the future: these are replaced too.
    if (isBusy || renewAfter === undefined || (age >= 0 && age < renewAfter * 1000)) return;
    isBusy = true;
    underWay = renew()
      .catch(onError)
      .finally(() => {
        isBusy = false;
      });
  };
  const timer = renewAfter === undefined ? undefined : setInterval(look, LOOK_EVERY);
  timer?.unref();
  return {
    variables,
    renew,
    stop: async () => {
      clearInterval(timer);
      await underWay;
      await Promise.all(environment.files.map(file => rm(file.path, { force: true })));
    },
  };
}

/** A reader finds the old token or the new one, never half of one: the kubelet swaps files in the same way. */
async function write(files: readonly JobFile[]): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const fresh = `${path}.new`;
    await writeFile(fresh, content, { mode: 0o600 });
    await rename(fresh, path);
  }
}
