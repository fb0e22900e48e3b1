/** Test harness for IAM: the services of the emulator, called in memory by the real SDK client. */
import { IAMClient, type IAMClientConfig } from '@aws-sdk/client-iam';
import { assemble } from '../../src/assemble.ts';
import { DecisionLog } from '../../src/authorization/decision-log.ts';
import type { IamDeps, IamSettings } from '../../src/authorization/deps.ts';
import type { Caller } from '../../src/authorization/principals.ts';
import { dispatch, type Pipeline } from '../../src/aws/dispatch.ts';
import { MovableClock } from '../../src/kernel/clock.ts';
import { createRandomSource } from '../../src/kernel/random.ts';
import { createSealer } from '../../src/kernel/seal.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Store } from '../../src/store/store.ts';
import { administratorOf, rethrow } from '../support/assembly.ts';

export const ACCOUNT = '000000000000';

export interface Harness {
  readonly deps: IamDeps;
  readonly store: Store;
  readonly clock: MovableClock;
  readonly pipeline: Pipeline<Caller>;
  /** An SDK client; `test`/`test`, the administrator, unless other credentials are given. */
  client(credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): IAMClient;
}

export interface HarnessOptions {
  readonly settings?: Partial<IamSettings>;
  readonly store?: Store;
  readonly seed?: string;
  /** Receives unexpected errors; without it they are rethrown. */
  readonly onError?: (error: unknown) => void;
}

export function createHarness({
  settings = {},
  store = new MemoryStore(),
  seed = 'harness',
  onError = rethrow,
}: HarnessOptions = {}): Harness {
  const clock = new MovableClock();
  const random = createRandomSource(seed);
  const { iam: deps, pipeline } = assemble({
    store,
    clock,
    random,
    sealer: createSealer(seed),
    decisionLog: new DecisionLog(random),
    issuerKeys: issuer => ({
      ok: false,
      source: 'none',
      reason: 'no-source',
      detail: `No keys are known for ${issuer}.`,
    }),
    credentials: administratorOf(ACCOUNT),
    iam: { epoch: 0, providerUrls: 'local', declaredAccounts: [ACCOUNT], ...settings },
    sts: { errorTexts: '2026' },
    stages: { onError },
  });
  const client = (credentials = { accessKeyId: 'test', secretAccessKey: 'test' }): IAMClient =>
    new IAMClient({
      region: 'us-east-1',
      endpoint: 'http://localhost',
      maxAttempts: 1,
      credentials,
      requestHandler: inMemory(pipeline),
    });
  return { deps, store, clock, pipeline, client };
}

/** A request handler for the SDK that calls the pipeline instead of the network. */
function inMemory(pipeline: Pipeline<Caller>): NonNullable<IAMClientConfig['requestHandler']> {
  return {
    async handle(request: {
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
    }) {
      const reply = await dispatch(
        {
          method: request.method,
          path: request.path,
          query: '',
          rawHeaders: Object.entries(request.headers).flat(),
          body: Buffer.from(request.body ?? ''),
          sourceIp: '127.0.0.1',
          secure: false,
        },
        pipeline,
      );
      return { response: { statusCode: reply.status, headers: reply.headers, body: Buffer.from(reply.body) } };
    },
  };
}
