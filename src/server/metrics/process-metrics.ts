/**
 * Process metrics, read at each scrape. Names and help texts are those of prom-client's default metrics. prom-client's
 * own collectors start a 10 ms timer and a garbage collection observer that cannot be stopped; the metrics that need
 * them (percentiles of event loop lag, garbage collection durations) are left out. So are V8's heap spaces, which are
 * half of all samples and say nothing about Rolecall.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** One sample: its label values and its value. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** A metric whose samples are read from `S` at each scrape. */
export interface MetricRow<S> {
  /** Name without the `rolecall_` prefix. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels?: readonly string[];
  read(from: S): readonly Sample[];
}

/** A snapshot of the process, taken once per scrape for all metrics. */
export interface ProcessState {
  readonly cpu: NodeJS.CpuUsage;
  readonly memory: NodeJS.MemoryUsage;
  readonly resources: readonly string[];
  /** Duration of one turn of the event loop, in milliseconds. */
  readonly lag: number;
  /** On Linux only: files of the proc filesystem, and the number of open files. */
  readonly linux: { readonly status: string; readonly limits: string; readonly openFiles: number } | undefined;
}

const IS_LINUX = process.platform === 'linux';

/** Takes a snapshot of the process; leaves no timer or observer running. */
export async function readProcessState(): Promise<ProcessState> {
  const start = performance.now();
  await nextTurn();
  return {
    lag: performance.now() - start,
    cpu: process.cpuUsage(),
    memory: process.memoryUsage(),
    resources: process.getActiveResourcesInfo(),
    linux: IS_LINUX
      ? {
          status: readFileSync('/proc/self/status', 'utf8'),
          limits: readFileSync('/proc/self/limits', 'utf8'),
          // One of them is the open directory itself.
          openFiles: readdirSync('/proc/self/fd').length - 1,
        }
      : undefined,
  };
}

type Row = MetricRow<ProcessState>;
type Read = (state: ProcessState) => number;

const gauge = (name: string, help: string, read: Read): Row => ({
  name,
  help,
  type: 'gauge',
  read: state => [[{}, read(state)]],
});

const seconds = (name: string, help: string, read: (cpu: NodeJS.CpuUsage) => number): Row => ({
  ...gauge(name, help, ({ cpu }) => read(cpu) / 1e6),
  type: 'counter',
});

/** The number that the first group of `line` matches in a file of the proc filesystem; zero without a match. */
const numberIn = (text = '', line: RegExp): number => Number(line.exec(text)?.[1] ?? 0);

const LINUX: readonly Row[] = [
  gauge(
    'process_virtual_memory_bytes',
    'Virtual memory size in bytes.',
    ({ linux }) => numberIn(linux?.status, /^VmSize:\s+(\d+)/m) * 1024,
  ),
  gauge(
    'process_heap_bytes',
    'Process heap size in bytes.',
    ({ linux }) => numberIn(linux?.status, /^VmData:\s+(\d+)/m) * 1024,
  ),
  gauge('process_open_fds', 'Number of open file descriptors.', ({ linux }) => linux?.openFiles ?? 0),
  gauge('process_max_fds', 'Maximum number of open file descriptors.', ({ linux }) =>
    numberIn(linux?.limits, /^Max open files\s+(\d+)/m),
  ),
];

const [MAJOR = '', MINOR = '', PATCH = ''] = process.version.slice(1).split('.');

export const PROCESS_METRICS: readonly Row[] = [
  seconds('process_cpu_user_seconds_total', 'Total user CPU time spent in seconds.', ({ user }) => user),
  seconds('process_cpu_system_seconds_total', 'Total system CPU time spent in seconds.', ({ system }) => system),
  seconds(
    'process_cpu_seconds_total',
    'Total user and system CPU time spent in seconds.',
    ({ user, system }) => user + system,
  ),
  gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', () =>
    Math.round(performance.timeOrigin / 1000),
  ),
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', ({ memory }) => memory.rss),
  ...(IS_LINUX ? LINUX : []),
  gauge('nodejs_eventloop_lag_seconds', 'Lag of event loop in seconds.', ({ lag }) => lag / 1000),
  {
    name: 'nodejs_active_resources',
    help: 'Number of active resources that are currently keeping the event loop alive, grouped by async resource type.',
    type: 'gauge',
    labels: ['type'],
    read({ resources }) {
      const counts = new Map<string, number>();
      for (const type of resources) counts.set(type, (counts.get(type) ?? 0) + 1);
      return [...counts].map(([type, count]) => [{ type }, count]);
    },
  },
  gauge('nodejs_active_resources_total', 'Total number of active resources.', ({ resources }) => resources.length),
  gauge('nodejs_heap_size_total_bytes', 'Process heap size from Node.js in bytes.', ({ memory }) => memory.heapTotal),
  gauge(
    'nodejs_heap_size_used_bytes',
    'Process heap size used from Node.js in bytes.',
    ({ memory }) => memory.heapUsed,
  ),
  gauge('nodejs_external_memory_bytes', 'Node.js external memory size in bytes.', ({ memory }) => memory.external),
  {
    name: 'nodejs_version_info',
    help: 'Node.js version info.',
    type: 'gauge',
    labels: ['version', 'major', 'minor', 'patch'],
    read: () => [[{ version: process.version, major: MAJOR, minor: MINOR, patch: PATCH }, 1]],
  },
];
