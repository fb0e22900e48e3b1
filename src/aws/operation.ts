/** The row that defines an AWS operation, and the call that is passed to it. */
import type { Static, TObject } from 'typebox';
import type { AwsError, ErrorRow } from './error.ts';

/** Region of a call without a signature to a host name without a region. */
export const DEFAULT_REGION = 'us-east-1';

/** A decision about a call. It is recorded when the call ends, because an allowed call can still be refused. */
export interface PendingDecision {
  readonly allowed: boolean;
  /** Records the decision once and returns its ID. If the call was allowed, `error` is why it was refused afterwards. */
  record(error?: AwsError): string;
}

/** The properties of one request that operations may use. `C` is the type of the caller, which IAM defines. */
export interface Call<C> {
  readonly requestId: string;
  /** `sts`, `iam`, `cloudtrail`. */
  readonly service: string;
  readonly operation: string;
  /** Region of the credential scope, or of the endpoint's name, or the default. */
  readonly region: string;
  /** The signing principal; undefined for operations without a signature. */
  readonly caller: C | undefined;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly secure: boolean;
  /** The Host header as sent. */
  readonly host: string;
  /** Size of the request (body and headers) in bytes: an upper bound of the memory that strings from it may retain. */
  readonly requestSize: number;
  /** Movable time of the call, epoch milliseconds. */
  readonly now: number;
  /** `now` in ISO 8601. */
  readonly isoTime: string;
  /**
   * Adds a decision about the call. The reply's `x-rolecall-decision` header has its ID; with several, that of the last.
   * `requester` is the requester that the decision refused, if it is not `caller`; the outcome contains it.
   */
  decided(decision: PendingDecision, requester?: unknown): void;
}

/** Threshold in bytes: data kept from larger requests is cut; data from smaller ones may be kept unchanged. */
export const LARGE_REQUEST = 16 * 1024;

/** A call with an authenticated caller, as handlers of signed operations receive it. */
export interface SignedCall<C> extends Call<C> {
  readonly caller: C;
}

type CallFor<A extends 'signed' | 'none', C> = A extends 'signed' ? SignedCall<C> : Call<C>;

/** Context keys an operation adds to the request (`iam:PolicyARN`, `aws:RequestTag/…`); arrays are multi-valued. */
export type ExtraContext = Readonly<Record<string, string | readonly string[]>>;

/** The resource and context that the authorizer evaluates for a caller. */
export interface Target {
  /** ARN that the policies are matched against. */
  readonly resource: string;
  /** How AWS prints it in the AccessDenied message, if different (`role NAME`). */
  readonly shown?: string;
  readonly context?: ExtraContext;
  /** The action, if it is not `service:Operation`. */
  readonly action?: string;
}

/** One operation, as its module defines it. Without `target` the authorizer is not called; the handler may decide itself. */
export interface OperationRow<I extends TObject, O extends TObject, A extends 'signed' | 'none', C, D> {
  readonly name: string;
  readonly auth: A;
  readonly input: I;
  /** If absent, the reply has no Result element. */
  readonly output?: O;
  /** Validates combinations of members, after all constraints and before authorization; throws AwsError. */
  check?(input: Static<I>): void;
  target?(input: Static<I>, call: CallFor<A, C>, deps: D): Target | readonly Target[];
  handle(input: Static<I>, call: CallFor<A, C>, deps: D): Static<O> | Promise<Static<O>>;
}

/** A row without its input and output types, as the pipeline uses it. */
export interface Operation<C, D> {
  readonly name: string;
  readonly auth: 'signed' | 'none';
  readonly input: TObject;
  readonly output?: TObject;
  check?(input: unknown): void;
  target?(input: unknown, call: Call<C>, deps: D): Target | readonly Target[];
  handle(input: unknown, call: Call<C>, deps: D): unknown;
}

/** A service: its protocol properties and its operations. */
export interface Service<C, D> {
  readonly name: string;
  readonly version: string;
  readonly namespace: string;
  /** Whether constraint messages print the invalid value (STS does, IAM stopped in 2025). */
  readonly printsValues: boolean;
  /** Whether `X=` is an empty list (IAM) or an absent one (STS, default); both recorded. */
  readonly emptyLists?: boolean;
  /** If set, the service uses JSON 1.1 and is called with `X-Amz-Target: PREFIX.Operation`. */
  readonly targetPrefix?: string;
  readonly operations: readonly Operation<C, D>[];
  /** Names of operations that AWS has and Rolecall does not emulate; calls get an error in AWS's format. */
  readonly notEmulated: readonly string[];
  /** Its rows of the catalogue of errors, beside the common ones. */
  readonly errors: readonly ErrorRow[];
}

/**
 * Returns the function that creates the rows of one service: `const operation = defineOperations<Caller, StsDeps>()`. The
 * types of a row are checked where it is defined; the pipeline validates `input` before it calls any function of the row.
 */
export const defineOperations =
  <C, D>() =>
  <I extends TObject, O extends TObject, A extends 'signed' | 'none'>(
    row: OperationRow<I, O, A, C, D>,
  ): Operation<C, D> =>
    row as Operation<C, D>;
