/** The measured process of the flow test: an emulator, and on request the functions of src that ran since the last request. */
import { Session } from 'node:inspector/promises';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRolecall } from '../../src/index.ts';

/** A function that ran: the path of its file below src, its name (empty for an anonymous one) and its position in the file. */
export interface RunFunction {
  readonly file: string;
  readonly name: string;
  readonly start: number;
}

export type FlowRequest = { readonly type: 'mint'; readonly audience: string } | { readonly type: 'take' };
export type FlowReply =
  | { readonly type: 'started'; readonly url: string }
  | { readonly type: 'minted'; readonly token: string }
  | { readonly type: 'taken'; readonly functions: readonly RunFunction[] };

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const send = (reply: FlowReply): void => void process.send?.(reply);

const profiler = new Session();
profiler.connect();
await profiler.post('Profiler.enable');
// Counts of calls, so that each result contains only the functions that ran since the one before.
await profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
const rolecall = await startRolecall();

async function functionsRun(): Promise<readonly RunFunction[]> {
  const { result } = await profiler.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => url.startsWith('file:') && fileURLToPath(url).startsWith(SRC))
    .flatMap(({ url, functions }) => {
      const file = relative(SRC, fileURLToPath(url)).split(sep).join('/').replace(/\.js$/, '.ts');
      // The first function of a script is its top level.
      return functions
        .filter(({ ranges }) => ranges[0]?.startOffset !== 0 && (ranges[0]?.count ?? 0) > 0)
        .map(({ functionName, ranges }) => ({ file, name: functionName, start: ranges[0]?.startOffset ?? 0 }));
    });
}

process.on('message', async (request: FlowRequest) => {
  if (request.type === 'take') return send({ type: 'taken', functions: await functionsRun() });
  const { token } = await rolecall.mint({ issuer: 'github-actions', audience: request.audience });
  send({ type: 'minted', token });
});
process.on('disconnect', () => void rolecall.close());
send({ type: 'started', url: rolecall.url });
