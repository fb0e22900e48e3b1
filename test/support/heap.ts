/** Heap size after a full garbage collection, for tests that measure how much memory a value retains. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Mebibytes of heap in use after a full garbage collection. */
export function heapMebibytes(): number {
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}

/** Mebibytes of heap that the return value of `make` retains. */
export function keptMebibytes(make: () => unknown): number {
  const before = heapMebibytes();
  const value = make();
  const after = heapMebibytes();
  // Used after the second measurement, so that the value is not collected before.
  if (value === undefined) throw new Error('the function returned undefined');
  return after - before;
}
