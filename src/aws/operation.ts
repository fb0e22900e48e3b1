/** The row every AWS operation is, and the call it is given. */
import type { Static, TObject } from 'typebox';

/** The facts of one request that any operation may ask for. `C` is who calls, as the house's IAM knows it. */
export interface Call<C> {
  readonly requestId: string;
  /** `sts`, `iam`, `cloudtrail`. */
  readonly service: string;
  readonly operation: string;
  /** Region of the credential scope, or of the endpoint's name, or us-east-1. */
  readonly region: string;
  /** Who signed; undefined on operations that need no signature. */
  readonly caller: C | undefined;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly secure: boolean;
  /** The Host header as sent. */
  readonly host: string;
  /** Bytes of the request, body and headers: a bound of what anything that is kept of it may keep alive. */
  readonly requestSize: number;
  /** Movable time of the call, epoch milliseconds. */
  readonly now: number;
  /**
   * Hands a decision's id to the reply's `x-rolecall-decision` header; the last one wins. `asker` is whom the decision
   * refused, when that is not `caller`; the outcome carries it.
   */
  decided(decisionId: string, requester?: unknown): void;
}

/** Bytes. What is kept of larger requests is cut; what is kept of others may be kept as it is. */
export const LARGE_REQUEST = 16 * 1024;

/** A call whose caller is known: what the handler of a signed operation receives. */
export interface SignedCall<C> extends Call<C> {
  readonly caller: C;
}

type CallFor<A extends 'signed' | 'none', C> = A extends 'signed' ? SignedCall<C> : Call<C>;

/** Context keys an operation adds to the request (`iam:PolicyARN`, `aws:RequestTag/…`); arrays are multi-valued. */
export type ExtraContext = Readonly<Record<string, string | readonly string[]>>;

/** What the gate judges besides the caller. */
export interface Target {
  /** ARN the policies are matched against. */
  readonly resource: string;
  /** How AWS prints it in the AccessDenied text, when that differs (`role NAME`). */
  readonly shown?: string;
  readonly context?: ExtraContext;
  /** Another action than `service:Operation`. */
  readonly action?: string;
}

/** One operation as its room writes it. Without `target` the gate is not asked (the handler decides, or nobody does). */
export interface OperationRow<I extends TObject, O extends TObject, A extends 'signed' | 'none', C, D> {
  readonly name: string;
  readonly auth: A;
  readonly input: I;
  /** Absent: the reply has no Result element. */
  readonly output?: O;
  /** Checks across members, after every constraint and before authorization; throws AwsError. */
  check?(input: Static<I>): void;
  target?(input: Static<I>, call: CallFor<A, C>, deps: D): Target | readonly Target[];
  handle(input: Static<I>, call: CallFor<A, C>, deps: D): Static<O> | Promise<Static<O>>;
}

/** An operation as the road sees it, whatever its input and output. */
export interface Operation<C, D> {
  readonly name: string;
  readonly auth: 'signed' | 'none';
  readonly input: TObject;
  readonly output: TObject | undefined;
  readonly isAuthorized: boolean;
  check(input: unknown): void;
  targets(input: unknown, call: Call<C>, deps: D): readonly Target[];
  handle(input: unknown, call: Call<C>, deps: D): unknown;
}

/** A service: its wire facts and the list of its rows. */
export interface Service<C, D> {
  readonly name: string;
  readonly version: string;
  readonly namespace: string;
  /** Whether constraint sentences print the offending value (STS does, IAM stopped in 2025). */
  readonly printsValues: boolean;
  /** Whether `X=` is an empty list (IAM) or no list at all (STS and by default); recorded of both. */
  readonly emptyLists?: boolean;
  /** Given, the service speaks JSON 1.1 and is called by `X-Amz-Target: PREFIX.Operation`. */
  readonly targetPrefix?: string;
  readonly operations: readonly Operation<C, D>[];
  /** Names of the model's operations that are not emulated; they answer an AWS-shaped error that says so. */
  readonly notEmulated: readonly string[];
}

/**
 * The maker of rows for one service: `const operation = operationsOf<Caller, StsDeps>()`. The row's types are checked
 * where it is written; the road reads and checks `input` against the row's own schema before it calls any of these.
 */
export const operationsOf =
  <C, D>() =>
  <I extends TObject, O extends TObject, A extends 'signed' | 'none'>(
    row: OperationRow<I, O, A, C, D>,
  ): Operation<C, D> => ({
    name: row.name,
    auth: row.auth,
    input: row.input,
    output: row.output,
    isAuthorized: row.target !== undefined,
    check: input => row.check?.(input as Static<I>),
    targets: (input, call, deps) => {
      const wanted = row.target?.(input as Static<I>, call as CallFor<A, C>, deps) ?? [];
      return 'resource' in wanted ? [wanted] : wanted;
    },
    handle: (input, call, deps) => row.handle(input as Static<I>, call as CallFor<A, C>, deps),
  });
