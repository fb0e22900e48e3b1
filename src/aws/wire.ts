/** Types of the AWS protocol layer: requests, replies, and the parts of the pipeline. */
import type { Clock } from '../kernel/clock.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { AwsError } from './error.ts';
import type { Parameters } from './form.ts';
import type { Call, Operation, Service, SignedCall, Target } from './operation.ts';

/** One HTTP request, as Node received it: not decoded, headers not joined. */
export interface WireRequest {
  /** ID that the HTTP server assigned; if absent, the reply gets a new ID. */
  readonly requestId?: string | undefined;
  readonly method: string;
  /** The raw path, still percent-encoded. */
  readonly path: string;
  /** The raw query string without `?`; empty if there is none. */
  readonly query: string;
  /** Alternating names and values, like `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly secure: boolean;
  /** The AWS endpoint of the Host header; undefined for any other host. */
  readonly endpoint?: Endpoint | undefined;
  /** The client's connection, by its response; undefined for a request that no client sent. */
  readonly connection?: Connection | undefined;
}

/** The part of a response or socket that a delayed call needs, to stop when the client disconnects. */
export interface Connection {
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/** A real AWS host name: `sts.eu-west-1.amazonaws.com` is service `sts`, region `eu-west-1`. */
export interface Endpoint {
  readonly service: string;
  /** If set, the credential scope must have this region. */
  readonly region?: string | undefined;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** The server closes the connection and sends nothing. */
  readonly dropped?: true;
}

/** The effect of an injected fault: the error of the call, a dropped connection, or nothing more than a delay. */
export type FaultEffect = AwsError | 'drop' | undefined;

/** An operation that is bound to the dependencies of its service. */
export interface BoundOperation<C> extends Omit<Operation<C, never>, 'target' | 'handle'> {
  /** What the authorizer evaluates; nothing for an operation without `target`. */
  targets(input: unknown, call: Call<C>): readonly Target[];
  handle(input: unknown, call: Call<C>): unknown;
}

export interface BoundService<C> extends Omit<Service<C, never>, 'operations'> {
  readonly operations: readonly BoundOperation<C>[];
}

/** The credentials of an access key ID: the principal is the signer if the signature matches `secret`. */
interface ResolvedCredentials<C> {
  readonly caller: C;
  readonly secret: string;
  /** Called first after the signature is verified; writes what a caller's first call creates. */
  readonly onVerified?: (() => void) | undefined;
}

/** The outcome of a call that reached an operation. */
export interface Outcome<C> {
  readonly call: Call<C>;
  readonly operation: BoundOperation<C>;
  /** The parsed input; undefined if the call was refused before it was parsed. */
  readonly input: unknown;
  /** The output of the handler; undefined if there is an `error`. */
  readonly output?: unknown;
  /** The error that was returned. */
  readonly error?: AwsError;
  /** The requester that a decision refused, as far as known; undefined without an error. */
  readonly requester?: unknown;
}

/** The stages that can refuse a call of a known operation; `read` includes the checks of the input and its target. */
export type Stage = 'authenticate' | 'read' | 'handle';

/** A call that was refused although no decision was made about it. */
export interface RefusedCall<C> {
  readonly call: Call<C>;
  readonly stage: Stage;
  /** The parameters of the Query form, not checked. */
  readonly parameters: Parameters;
  /** The access key ID of the credential scope, not verified. */
  readonly accessKeyId: string | undefined;
}

/** Is told the outcome of each call, before the reply is sent. */
export interface Observer<C> {
  observe(outcome: Outcome<C>): void;
}

/** The dependencies of the pipeline. */
export interface PipelineOptions<C> {
  readonly services: readonly BoundService<C>[];
  /** The injected fault of a call, if there is one; a promise delays the call. `parameters` are those of the Query form. */
  injectFault?(call: Call<C>, parameters: Parameters, request: WireRequest): FaultEffect | Promise<FaultEffect>;
  /** Resolves credentials; throws AwsError (InvalidClientTokenId, ExpiredToken) for an unknown key or token. */
  authenticate(accessKeyId: string, sessionToken: string | undefined): ResolvedCredentials<C>;
  /** The authorizer: throws AwsError if the caller is not authorized. Called once per target of an operation. */
  authorize(call: SignedCall<C>, target: Target): void;
  /** Records the decision about a call that was refused before there was one, and returns its ID. Not for injected faults. */
  recordRefusal?(error: AwsError, refused: RefusedCall<C>): string;
  /** Each is called once for each call that reached an operation, with its outcome. */
  readonly observers?: readonly Observer<C>[];
  /** Logs an unexpected error; the caller gets InternalFailure. */
  onError?(error: unknown, requestId: string): void;
  readonly clock: Clock;
  readonly random: RandomSource;
}
