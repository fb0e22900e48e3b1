/** Metrics of the instance in the Prometheus text format; prom-client is loaded at the first scrape. */
import type { Registry } from 'prom-client';
import type { Caller } from '../../authorization/principals.ts';
import type { Outcome } from '../../aws/dispatch.ts';
import {
  type MetricRow,
  PROCESS_METRICS,
  type ProcessState,
  readProcessState,
  type Sample,
} from './process-metrics.ts';

const PREFIX = 'rolecall_';

type Counts = Map<string, number>;

/** Maximum number of error codes of one operation: injected faults can name any code. */
const MAX_CODES = 100;

const labelOf = (code: string, counts: Counts): string =>
  counts.has(code) || counts.size < MAX_CODES ? code : 'Other';

/** Plain counters: a call costs one addition, and start-up has no cost. */
export class Metrics {
  /** Counts by operation, then by error code. The operation objects are the same for the whole run. */
  readonly #calls = new Map<Outcome<Caller>['operation'], { readonly service: string; readonly counts: Counts }>();
  #tokens = 0;
  /** Created at the first scrape. */
  #exporter: Promise<Exporter> | undefined;

  observe({ call: { service }, operation, error }: Outcome<Caller>): void {
    let row = this.#calls.get(operation);
    if (row === undefined) {
      row = { service, counts: new Map() };
      this.#calls.set(operation, row);
    }
    const code = labelOf(error?.code ?? '', row.counts);
    row.counts.set(code, (row.counts.get(code) ?? 0) + 1);
  }

  minted(): void {
    this.#tokens++;
  }

  clear(): void {
    this.#calls.clear();
    this.#tokens = 0;
  }

  /** The metrics in the Prometheus text exposition format, and its media type. */
  async text(): Promise<{ readonly contentType: string; readonly text: string }> {
    this.#exporter ??= createExporter(this.#rows());
    const { registry, update } = await this.#exporter;
    const state = await readProcessState();
    update(state);
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  #rows(): readonly MetricRow<ProcessState>[] {
    return [
      {
        name: 'aws_calls_total',
        help: 'AWS calls that reached an operation, by error code; error is empty for successful calls.',
        type: 'counter',
        labels: ['service', 'operation', 'error'],
        read: () =>
          [...this.#calls].flatMap(([{ name: operation }, { service, counts }]) =>
            [...counts].map(([error, count]): Sample => [{ service, operation, error }, count]),
          ),
      },
      {
        name: 'tokens_minted_total',
        help: 'Tokens minted through the control API.',
        type: 'counter',
        read: () => [[{}, this.#tokens]],
      },
      ...PROCESS_METRICS,
    ];
  }
}

/** A prom-client registry and the function that updates its metrics; nothing runs between scrapes. */
interface Exporter {
  readonly registry: Registry;
  update(state: ProcessState): void;
}

async function createExporter(rows: readonly MetricRow<ProcessState>[]): Promise<Exporter> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const updates = rows.map(({ name, help, type, labels = [], read }) => {
    const shared = { name: PREFIX + name, help, labelNames: [...labels], registers: [registry] };
    const metric = type === 'counter' ? new Counter(shared) : new Gauge(shared);
    return (state: ProcessState): void => {
      metric.reset();
      for (const [values, value] of read(state)) metric.inc(values, value);
    };
  });
  return {
    registry,
    update(state) {
      for (const update of updates) update(state);
    },
  };
}
