/**
 * Figures of the process, read when somebody scrapes them. Names and helps are those of prom-client's default metrics.
 * Its own collectors keep a timer of 10 ms and an observer of garbage collections for as long as the process lives, and
 * cannot be ended; the figures that need those (percentiles of the event loop's lag, durations of collections) are left
 * out, and so are V8's heap spaces, which are half of all samples and tell nothing about Rolecall.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** One sample: the values of its labels, and the figure. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** A metric whose samples are read from `S` at each scrape. */
export interface MetricRow<S> {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels?: readonly string[];
  read(from: S): readonly Sample[];
}

/** The process at one moment; asked once for all metrics, since each question costs. */
export interface ProcessState {
  readonly cpu: NodeJS.CpuUsage;
  readonly memory: NodeJS.MemoryUsage;
  readonly resources: readonly string[];
  /** Milliseconds that the event loop took to come round. */
  readonly lag: number;
  /** What only Linux tells: the files of the proc filesystem, and how many files are open. */
  readonly linux: { readonly status: string; readonly limits: string; readonly openFiles: number } | undefined;
}

const IS_LINUX = process.platform === 'linux';

/** Looks at the process. Nothing goes on afterwards. */
export async function readProcess(): Promise<ProcessState> {
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
          // One of them is the listing itself.
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

/** The number behind a name in a file of the proc filesystem; zero when it is not there. */
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
