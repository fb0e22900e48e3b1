/** Measures a call: which functions of src run in the process that answers it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import type { FlowReply, FlowRequest, RunFunction } from './flow-process.ts';
import { ROOT } from './source.ts';

export type { RunFunction } from './flow-process.ts';

export interface MeasuredEmulator {
  readonly url: string;
  mint(audience: string): Promise<string>;
  /** The functions of src that run for a call. The call is made three times: once to warm up, then twice measured. */
  functionsOf(call: () => Promise<unknown>): Promise<readonly RunFunction[]>;
  close(): Promise<void>;
}

const DATA = 'src/accounts/managed-policies.data.json';

/** Builds src with one output file for each source file, and starts it in a process of its own. */
export async function startMeasured(): Promise<MeasuredEmulator> {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-flows-'));
  const bundle = await rolldown({
    input: join(ROOT, 'test/architecture/flow-process.ts'),
    platform: 'node',
    external: id => /^[^./]/.test(id),
    treeshake: false,
  });
  await bundle.write({ dir: folder, format: 'esm', preserveModules: true, preserveModulesRoot: ROOT });
  await bundle.close();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const file of [DATA, 'package.json']) copyFileSync(join(ROOT, file), join(folder, file));
  const child = fork(join(folder, 'test/architecture/flow-process.js'));
  const { url } = await replyOf(child, 'started');
  const take = async (): Promise<readonly RunFunction[]> => {
    child.send({ type: 'take' } satisfies FlowRequest);
    return (await replyOf(child, 'taken')).functions;
  };
  return {
    url,
    async mint(audience) {
      child.send({ type: 'mint', audience } satisfies FlowRequest);
      return (await replyOf(child, 'minted')).token;
    },
    async functionsOf(call) {
      await call();
      await take();
      await call();
      const first = await take();
      await call();
      // A timer of the process may run during one of the calls; a function of the call runs in both.
      const second = new Set((await take()).map(keyOf));
      return first.filter(one => second.has(keyOf(one)));
    },
    async close() {
      child.disconnect();
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

const keyOf = ({ file, name, start }: RunFunction): string => `${file} ${name} ${start}`;

type ReplyOf<T extends FlowReply['type']> = Extract<FlowReply, { readonly type: T }>;

/** The next message of the process; rejects if the process ends or sends another one. */
async function replyOf<T extends FlowReply['type']>(child: ChildProcess, type: T): Promise<ReplyOf<T>> {
  const ended = new AbortController();
  const onExit = (code: number | null): void => ended.abort(new Error(`the measured process ended with ${code}`));
  child.once('exit', onExit);
  try {
    const [message] = (await once(child, 'message', { signal: ended.signal })) as [FlowReply];
    if (message.type !== type) throw new Error(`the measured process sent ${message.type}, not ${type}`);
    return message as ReplyOf<T>;
  } finally {
    child.off('exit', onExit);
  }
}
