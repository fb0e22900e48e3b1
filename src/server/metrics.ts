/** Counts of what the instance did, as Prometheus text; prom-client is loaded when somebody asks. */
import type { Outcome } from '../aws/dispatch.ts';
import type { Caller } from '../iam/principals.ts';

/** Plain counters, so that a call costs an addition and start-up costs nothing. */
export class Metrics {
  readonly #calls = new Map<string, number>();
  #tokens = 0;

  observe({ call, error }: Outcome<Caller>): void {
    const key = `${call.service}\0${call.operation}\0${error?.code ?? ''}`;
    this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
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
    for (const [key, count] of this.#calls) {
      const [service = '', operation = '', error = ''] = key.split('\0');
      calls.inc({ service, operation, error }, count);
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
