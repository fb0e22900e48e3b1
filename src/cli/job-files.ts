/** The files of a running job: written for their owner alone, and rewritten when the emulator's clock says they are old. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JobEnvironment, JobFile } from '../idp/types.ts';

/** Milliseconds of real time between two looks at the clock. */
const LOOK_EVERY = 500;

/** Where a job and its time come from. */
export interface JobSource {
  /** The environment anew, with fresh tokens. */
  make(): Promise<JobEnvironment>;
  /** Epoch milliseconds of the clock that the tokens are dated by. */
  now(): Promise<number>;
  /** Hears of a renewal that failed; the next look tries again. */
  onError(error: unknown): void;
}

/** A job whose files stand written. */
export interface RunningJob {
  readonly variables: Readonly<Record<string, string>>;
  /** Ends the renewal; the files stay. */
  stop(): Promise<void>;
}

/** Writes the files, and keeps them fresh where the platform does so. */
export async function runJob(source: JobSource): Promise<RunningJob> {
  const { variables, files, renewAfter } = await source.make();
  await writeFiles(files);
  if (renewAfter === undefined) return { variables, stop: () => Promise.resolve() };
  let writtenAt = await source.now();
  const look = async (): Promise<void> => {
    const now = await source.now();
    const age = now - writtenAt;
    // A clock that was moved back makes tokens of the future: these are replaced too.
    if (age >= 0 && age < renewAfter * 1000) return;
    await writeFiles((await source.make()).files);
    writtenAt = now;
  };
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= look()
      .catch(error => source.onError(error))
      .finally(() => {
        underWay = undefined;
      });
  }, LOOK_EVERY);
  return {
    variables,
    stop: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
}

/** A reader finds the old token or the new one, never half of one: the kubelet swaps files in the same way. */
export async function writeFiles(files: readonly JobFile[]): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, content, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}
