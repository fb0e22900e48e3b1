/** The words of the AWS wire: what comes in, what goes out, and what the road is made of. */
import type { Clock } from '../kernel/clock.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { AwsError } from './error.ts';
import type { Call, Operation, Service, SignedCall, Target } from './operation.ts';

/** One HTTP request, as Node received it: nothing decoded, nothing folded. */
export interface WireRequest {
  /** As whoever received it calls it; without one the reply gets a new id. */
  readonly requestId?: string | undefined;
  readonly method: string;
  /** The raw path, still percent-encoded. */
  readonly path: string;
  /** The raw query string without its `?`; empty when there is none. */
  readonly query: string;
  /** Names and values in turn, as `IncomingMessage.rawHeaders` has them. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly secure: boolean;
  /** What the host table says of the Host header; undefined for a name that is nobody's. */
  readonly endpoint?: Endpoint | undefined;
}

/** A real AWS host name: `sts.eu-west-1.amazonaws.com` is service `sts`, region `eu-west-1`. */
export interface Endpoint {
  readonly service: string;
  /** Given, the credential scope must name this region. */
  readonly region?: string | undefined;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** An operation whose service's dependencies are already in its hands. */
export interface BoundOperation<C> extends Omit<Operation<C, never>, 'targets' | 'handle'> {
  targets(input: unknown, call: Call<C>): readonly Target[];
  handle(input: unknown, call: Call<C>): unknown;
}

export interface BoundService<C> extends Omit<Service<C, never>, 'operations'> {
  readonly operations: readonly BoundOperation<C>[];
}

/** Puts a service's dependencies into its operations, so that the road need not know them. */
export function bindService<C, D>(service: Service<C, D>, deps: D): BoundService<C> {
  return {
    ...service,
    operations: service.operations.map(operation => ({
      ...operation,
      targets: (input: unknown, call: Call<C>) => operation.targets(input, call, deps),
      handle: (input: unknown, call: Call<C>) => operation.handle(input, call, deps),
    })),
  };
}

/** Who would have signed, if the signature fits `secret`. */
export interface ResolvedCredentials<C> {
  readonly caller: C;
  readonly secret: string;
  /** Called when the signature has fitted, before anything else: what a caller's first call writes is written then. */
  readonly verified?: (() => void) | undefined;
}

/** What became of a call that reached an operation. */
export interface Outcome<C> {
  readonly call: Call<C>;
  readonly operation: BoundOperation<C>;
  /** The read input; undefined when the call was refused before it was read. */
  readonly input: unknown;
  /** What the handler answered; undefined when `error` is there. */
  readonly output?: unknown;
  /** The error as it was answered. */
  readonly error?: AwsError;
  /** Whom a decision refused, as far as it got to know; undefined without an error. */
  readonly requester?: unknown;
}

/** What the house gives to the road. */
export interface PipelineOptions<C> {
  readonly services: readonly BoundService<C>[];
  /** Throws AwsError (InvalidClientTokenId, ExpiredToken) for a key or token that is nobody's. */
  authenticate(accessKeyId: string, sessionToken: string | undefined): ResolvedCredentials<C>;
  /** The gate: throws AwsError when the caller may not. Asked once for each target of an operation. */
  authorize(call: SignedCall<C>, operation: BoundOperation<C>, target: Target): void;
  /** Called once for each call that reached an operation, when its answer is known. */
  observe?(outcome: Outcome<C>): void;
  /** Errors that nobody foresaw: the caller got InternalFailure, the log should get this. */
  onError?(error: unknown, requestId: string): void;
  readonly clock: Clock;
  readonly random: RandomSource;
}
