/** Counts of what the instance did, as Prometheus text; prom-client is loaded when somebody asks. */
import type { Outcome } from '../aws/dispatch.ts';
import type { Caller } from '../iam/principals.ts';

type Counts = Map<string, number>;

/** Plain counters, so that a call costs an addition and start-up costs nothing. */
export class Metrics {
  /** By operation, then by the code of the error; a row of an operation is one object for the whole run. */
  readonly #calls = new Map<Outcome<Caller>['operation'], { readonly service: string; readonly counts: Counts }>();
  #tokens = 0;

  observe({ call: { service }, operation, error }: Outcome<Caller>): void {
    let row = this.#calls.get(operation);
    if (row === undefined) {
      row = { service, counts: new Map() };
      this.#calls.set(operation, row);
    }
    const code = error?.code ?? '';
    row.counts.set(code, (row.counts.get(code) ?? 0) + 1);
  }

  minted(): void {
    this.#tokens++;
  }

  clear(): void {
    this.#calls.clear();
    this.#tokens = 0;
  }

  /** The Prometheus text exposition format, and its media type. */
  async text(): Promise<{ readonly contentType: string; readonly text: string }> {
    const { Counter, collectDefaultMetrics, Registry } = await import('prom-client');
    const registry = new Registry();
    collectDefaultMetrics({ register: registry, prefix: 'rolecall_' });
    const calls = new Counter({
      name: 'rolecall_aws_calls_total',
      help: 'AWS calls that reached an operation, by outcome; error is empty for calls that succeeded.',
      labelNames: ['service', 'operation', 'error'],
      registers: [registry],
    });
    for (const [{ name: operation }, { service, counts }] of this.#calls) {
      for (const [error, count] of counts) calls.inc({ service, operation, error }, count);
    }
    const tokens = new Counter({
      name: 'rolecall_tokens_minted_total',
      help: 'Tokens minted through the control API.',
      registers: [registry],
    });
    tokens.inc(this.#tokens);
    return { contentType: registry.contentType, text: await registry.metrics() };
  }
}
