/** Processor time of this process: measures costs independently of other processes on the machine. */

/** Milliseconds of processor time of a call. */
export function processorMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  return elapsed(before);
}

/** Milliseconds of processor time of an asynchronous call. */
export async function processorMsOf(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  return elapsed(before);
}

function elapsed(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
