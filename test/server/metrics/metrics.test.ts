/** Metrics: their names, and that a scrape leaves no timer or observer running. */
import { createHook } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Metrics } from '../../../src/server/metrics/metrics.ts';
import { heapMebibytes } from '../../support/heap.ts';

const require = createRequire(import.meta.url);
/** The module as CommonJS libraries see it, so that their use of it can be counted. */
const performanceHooks: typeof import('node:perf_hooks') = require('node:perf_hooks');

afterEach(() => vi.restoreAllMocks());

const namesOf = (text: string) =>
  [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);

describe('a scrape', () => {
  it('contains these metrics, each once', async () => {
    const { contentType, text } = await new Metrics().text();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const everywhere = namesOf(text).filter(name => !/_(virtual_memory|heap)_bytes|_fds/.test(name));
    expect(everywhere).toEqual([
      'rolecall_aws_calls_total counter',
      'rolecall_tokens_minted_total counter',
      'rolecall_process_cpu_user_seconds_total counter',
      'rolecall_process_cpu_system_seconds_total counter',
      'rolecall_process_cpu_seconds_total counter',
      'rolecall_process_start_time_seconds gauge',
      'rolecall_process_resident_memory_bytes gauge',
      'rolecall_nodejs_eventloop_lag_seconds gauge',
      'rolecall_nodejs_active_resources gauge',
      'rolecall_nodejs_active_resources_total gauge',
      'rolecall_nodejs_heap_size_total_bytes gauge',
      'rolecall_nodejs_heap_size_used_bytes gauge',
      'rolecall_nodejs_external_memory_bytes gauge',
      'rolecall_nodejs_version_info gauge',
    ]);
    for (const name of ['resident_memory_bytes', 'cpu_seconds_total', 'start_time_seconds']) {
      expect(Number(new RegExp(`^rolecall_process_${name} (\\S+)$`, 'm').exec(text)?.[1])).toBeGreaterThan(0);
    }
  });

  it('starts no observer or histogram and leaves no resource, however often it is repeated', async () => {
    const observers = vi.spyOn(performanceHooks, 'PerformanceObserver');
    const histograms = vi.spyOn(performanceHooks, 'monitorEventLoopDelay');
    const metrics = new Metrics();
    await metrics.text();
    const alive = new Map<number, string>();
    const hook = createHook({
      init: (id, type) => void alive.set(id, type),
      destroy: id => void alive.delete(id),
    }).enable();
    for (let at = 0; at < 300; at++) await metrics.text();
    hook.disable();
    const remaining = [...alive.values()].filter(type => !['PROMISE', 'Immediate', 'TickObject'].includes(type));
    // The test runner may have started some; one per scrape would be 300.
    expect(remaining.length).toBeLessThan(20);
    expect([observers.mock.calls.length, histograms.mock.calls.length]).toEqual([0, 0]);
  });

  it('does not keep its output in memory', async () => {
    const metrics = new Metrics();
    let written = 0;
    const scrape = async (times: number): Promise<void> => {
      for (let at = 0; at < times; at++) written += (await metrics.text()).text.length;
    };
    await scrape(100);
    const before = heapMebibytes();
    written = 0;
    await scrape(1000);
    expect(heapMebibytes() - before).toBeLessThan(written / 1_048_576 / 2);
  });

  it('contains only the metrics of its instance', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    one.minted();
    one.minted();
    other.minted();
    const both = async () =>
      [await one.text(), await other.text()].map(({ text }) => /minted_total (\d+)/.exec(text)?.[1]);
    expect(await both()).toEqual(['2', '1']);
    one.clear();
    expect(await both()).toEqual(['0', '1']);
  });

  it('gives the same result to concurrent scrapes', async () => {
    const metrics = new Metrics();
    metrics.minted();
    const answers = await Promise.all(Array.from({ length: 20 }, () => metrics.text()));
    for (const { text } of answers) expect(text).toContain('rolecall_tokens_minted_total 1\n');
  });
});
