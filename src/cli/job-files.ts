/** The token files of a running job: readable by their owner only, and rewritten when they expire by the emulator's clock. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JobEnvironment, JobFile } from '../idp/types.ts';

/** Milliseconds of real time between two checks of the clock. */
const CHECK_INTERVAL_MS = 500;

/** The source of a job's environment and of its time. */
interface JobSource {
  /** Requests the environment again, with new tokens. */
  requestEnvironment(): Promise<JobEnvironment>;
  /** Epoch milliseconds of the emulator clock, which sets `iat` and `exp`. */
  now(): Promise<number>;
  /** Called when a renewal fails; the next check tries again. */
  onError(error: unknown): void;
}

/** A job whose files have been written. */
export interface RunningJob {
  readonly variables: Readonly<Record<string, string>>;
  /** Stops the renewal; the files remain. */
  stop(): Promise<void>;
}

/** Writes the files, and renews them if the platform does so. */
export async function runJob(source: JobSource): Promise<RunningJob> {
  const { variables, files, renewAfter } = await source.requestEnvironment();
  await writeFiles(files);
  if (renewAfter === undefined) return { variables, stop: () => Promise.resolve() };
  let writtenAt = await source.now();
  const renew = async (): Promise<void> => {
    const now = await source.now();
    const age = now - writtenAt;
    // If the clock was moved back, the tokens are from the future: they are replaced too.
    if (age >= 0 && age < renewAfter * 1000) return;
    await writeFiles((await source.requestEnvironment()).files);
    writtenAt = now;
  };
  let pending: Promise<void> | undefined;
  const timer = setInterval(() => {
    pending ??= renew()
      .catch(error => source.onError(error))
      .finally(() => {
        pending = undefined;
      });
  }, CHECK_INTERVAL_MS);
  return {
    variables,
    stop: async () => {
      clearInterval(timer);
      await pending;
    },
  };
}

/** Replaces each file atomically, so that a reader never sees a partial token; the kubelet does the same. */
export async function writeFiles(files: readonly JobFile[]): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, content, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}
