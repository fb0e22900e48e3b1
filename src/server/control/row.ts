/** The row every control call is: its schemas check the request, type the handler and describe it in openapi.json. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { DecisionLog } from '../../authorization/decision-log.ts';
import type { IamDeps } from '../../authorization/deps.ts';
import type { Idp } from '../../idp/types.ts';
import type { MovableClock } from '../../kernel/clock.ts';
import type { DocumentResult } from '../../policy/index.ts';
import type { TradeIn } from '../../sts/trade-in-token.ts';
import type { InjectedFaults } from '../injected-faults.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { AssumeCall, Decision, DeclaredState, Finding, LintRequest } from './schemas.ts';

/** What the control API works on; everything arrives as it is assembled, nothing is injected into fastify. */
export interface ControlDeps {
  readonly version: string;
  readonly clock: MovableClock;
  readonly startedAt: number;
  readonly decisionLog: DecisionLog;
  readonly idp: Idp;
  readonly iam: IamDeps;
  readonly adminToken: string | undefined;
  /** What clients of HTTPS must trust, in PEM; undefined when TLS is off. */
  readonly certificateAuthority: string | undefined;
  readonly faults: InjectedFaults;
  /** Names of all operations, emulated or not. */
  readonly operations: readonly string[];
  readonly metrics: Metrics;
  createTradeInToken(tradeIn: TradeIn): string;
  /** The encoded message of a denied decision; undefined for an allowed one. */
  encodeMessage(decision: Decision): string | undefined;
  /** A dry run of an assume call; nothing is issued. */
  explainAssume(
    request: AssumeCall,
    from: { readonly sourceIp: string; readonly userAgent: string },
  ): Promise<Decision>;
  /** The evaluator on given policies, or every problem of the request. */
  evaluate(body: unknown): DocumentResult;
  lint(request: { readonly kind: LintRequest['kind']; readonly policy: unknown }): readonly Finding[];
  /** Everything declared: read it, or replace it (throws ConfigError and changes nothing when it is refused). */
  readonly state: StateAccess;
  /** Aborted when the instance closes: whatever would go on for ever ends then. */
  readonly closing: AbortSignal;
  /** Back to the seed state. */
  reset(): Promise<void>;
}

/** The declared state of the instance. */
export interface StateAccess {
  read(options: { readonly secrets: boolean }): DeclaredState;
  replace(state: DeclaredState): Promise<void>;
}

export interface ControlRequest<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly raw: FastifyRequest;
  readonly reply: FastifyReply;
}

interface Typed<P extends TObject, Q extends TObject, B extends TSchema> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/_rolecall`, in fastify's form (`/issuers/:id`). */
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: TSchema;
  /** Bytes a body may have, where the default of 1 MiB is too little. */
  readonly bodyLimit?: number;
  /** Media type of the answer when it is not JSON. */
  readonly produces?: string;
  handle(request: ControlRequest<Static<P>, Static<Q>, Static<B>>, deps: ControlDeps): unknown;
}

/** A row as the routes see it. */
export interface ControlRow extends Omit<Typed<TObject, TObject, TSchema>, 'handle'> {
  handle(request: ControlRequest<unknown, unknown, unknown>, deps: ControlDeps): unknown;
}

/** Makes a row whose handler is typed by its schemas; the routes check a request against them before they call it. */
export const control = <P extends TObject, Q extends TObject, B extends TSchema>(row: Typed<P, Q, B>): ControlRow => ({
  ...row,
  handle: (request, deps) => row.handle(request as ControlRequest<Static<P>, Static<Q>, Static<B>>, deps),
});

export const strict = { additionalProperties: false } as const;
export const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }, strict);
