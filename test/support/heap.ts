/** What is still reachable: bytes of the heap after a full collection, for tests that show what a value keeps alive. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Mebibytes that `make` leaves on the heap as long as what it answers is held. */
export function keptMebibytes(make: () => unknown): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const held = make();
  collect();
  const after = process.memoryUsage().heapUsed;
  // Used after the second look, so that it is alive in it.
  if (held === undefined) throw new Error('nothing was made');
  return (after - before) / 1_048_576;
}
