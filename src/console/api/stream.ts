/** Reads new decisions as Server-Sent Events. It uses fetch, not EventSource, so that it can send the admin token. */
import { CallError, open } from './client.ts';
import type { Decision } from './types.ts';

/** Milliseconds before reconnecting. */
const RETRY_DELAY = 1500;

interface DecisionListener {
  decision(decision: Decision): void;
  /** Called when the stream opens and when it breaks. */
  connected(yes: boolean): void;
}

/** Follows the decision log until `signal` aborts; reconnects when the connection breaks. */
export async function followDecisions(listener: DecisionListener, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await open('/decisions/stream', { signal });
      listener.connected(true);
      if (response.body !== null) await readEvents(response.body, listener.decision);
    } catch (error) {
      if (signal.aborted) return;
      listener.connected(false);
      if (error instanceof CallError && error.status === 401) return;
      await pause(signal);
      continue;
    }
    listener.connected(false);
    await pause(signal);
  }
}

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    const timer = setTimeout(resolve, RETRY_DELAY);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Reads `event: decision` records until the stream ends; ignores other events. */
export async function readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onDecision: (decision: Decision) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const records = (buffer + value).split('\n\n');
    buffer = records.pop() ?? '';
    for (const record of records) {
      const lines = record.split('\n');
      if (!lines.includes('event: decision')) continue;
      const text = lines.filter(line => line.startsWith('data: ')).map(line => line.slice(6));
      onDecision(JSON.parse(text.join('\n')) as Decision);
    }
  }
}
