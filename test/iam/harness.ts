/** A house with IAM alone, for tests: the real road in front of it, and the real SDK client speaking to it in memory. */
import { IAMClient, type IAMClientConfig } from '@aws-sdk/client-iam';
import { authorize } from '../../src/authorization/authorize.ts';
import { builtInCredentials } from '../../src/authorization/built-in-credentials.ts';
import { findClaimant } from '../../src/authorization/credentials.ts';
import { DecisionBook } from '../../src/authorization/decision-log.ts';
import { LastUse } from '../../src/authorization/last-use.ts';
import type { Caller } from '../../src/authorization/principals.ts';
import { bindService, dispatch, makeRoad, type Road } from '../../src/aws/dispatch.ts';
import type { IamDeps, IamSettings } from '../../src/iam/service.ts';
import { iamService } from '../../src/iam/service.ts';
import { MovableClock } from '../../src/kernel/clock.ts';
import { makeDice } from '../../src/kernel/random.ts';
import { makeSealer } from '../../src/kernel/seal.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import type { Store } from '../../src/store/store.ts';

export const ACCOUNT = '000000000000';

export interface House {
  readonly deps: IamDeps;
  readonly store: Store;
  readonly clock: MovableClock;
  readonly road: Road<Caller>;
  /** An SDK client; `test`/`test`, the administrator, unless other credentials are given. */
  client(credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): IAMClient;
}

export interface HouseOptions {
  readonly settings?: Partial<IamSettings>;
  readonly store?: Store;
  readonly seed?: string;
  /** Errors nobody foresaw; thrown on unless a test wants them. */
  readonly onError?: (error: unknown) => void;
}

export function makeHouse({
  settings = {},
  store = new MemoryStore(),
  seed = 'house',
  onError = throwOn,
}: HouseOptions = {}): House {
  const clock = new MovableClock();
  const dice = makeDice(seed);
  const sealer = makeSealer(seed);
  const deps: IamDeps = {
    store,
    clock,
    dice,
    sealer,
    book: new DecisionBook(dice),
    lastUse: new LastUse(),
    settings: { epoch: 0, providerUrls: 'local', declaredAccounts: [ACCOUNT], ...settings },
  };
  const builtIn = builtInCredentials(
    { defaultAccount: ACCOUNT, accessKeyId: 'test', secretAccessKey: 'test', anyAccount: true },
    deps,
  );
  const road = makeRoad<Caller>({
    services: [bindService(iamService, deps)],
    authenticate: (accessKeyId, sessionToken) => findClaimant(accessKeyId, sessionToken, { ...deps, builtIn }),
    authorize: (call, operation, target) => authorize(call, `iam:${operation.name}`, target, deps),
    observe: ({ call }) => deps.lastUse.observe(call),
    onError,
    clock,
    dice,
  });
  const client = (credentials = { accessKeyId: 'test', secretAccessKey: 'test' }): IAMClient =>
    new IAMClient({
      region: 'us-east-1',
      endpoint: 'http://localhost',
      maxAttempts: 1,
      credentials,
      requestHandler: inMemory(road),
    });
  return { deps, store, clock, road, client };
}

const throwOn = (error: unknown): void => {
  throw error;
};

/** A request handler of the SDK that walks the road instead of the network. */
function inMemory(road: Road<Caller>): NonNullable<IAMClientConfig['requestHandler']> {
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
        road,
      );
      return { response: { statusCode: reply.status, headers: reply.headers, body: Buffer.from(reply.body) } };
    },
  };
}
