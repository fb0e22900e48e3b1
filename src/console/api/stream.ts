/** Decisions as they are made: Server-Sent Events read with fetch, so that the administrator's token can be sent. */
import { CallError, open } from './calls.ts';
import type { Decision } from './words.ts';

/** Milliseconds between two tries to come back. */
const PAUSE = 1500;

export interface Listener {
  decision(decision: Decision): void;
  /** Called when the stream opens and when it breaks. */
  connected(yes: boolean): void;
}

/** Follows the book until `signal` ends it, coming back after a break. */
export async function followDecisions(listener: Listener, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const answer = await open('/decisions/stream', { signal });
      listener.connected(true);
      if (answer.body !== null) await readEvents(answer.body, listener.decision);
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
    const timer = setTimeout(resolve, PAUSE);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Reads `event: decision` records until the stream ends; other events are passed over. */
export async function readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  tell: (decision: Decision) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const records = (rest + value).split('\n\n');
    rest = records.pop() ?? '';
    for (const record of records) {
      const lines = record.split('\n');
      if (!lines.includes('event: decision')) continue;
      const text = lines.filter(line => line.startsWith('data: ')).map(line => line.slice(6));
      tell(JSON.parse(text.join('\n')) as Decision);
    }
  }
}
