/** Processor time of this process: what a bound promises, independent of who else uses the machine meanwhile. */

/** Milliseconds of processor time that a call takes. */
export function processorMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  return elapsed(before);
}

/** The same of a call that answers later. */
export async function processorMsOf(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  return elapsed(before);
}

function elapsed(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
