/** The row that defines a control API call: its schemas validate the request, type the handler and generate openapi.json. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { DecisionLog } from '../../authorization/decision-log.ts';
import type { IamDeps } from '../../authorization/deps.ts';
import type { Idp } from '../../idp/types.ts';
import type { MovableClock } from '../../kernel/clock.ts';
import type { DocumentResult } from '../../policy/index.ts';
import type { StsSettings } from '../../sts/deps.ts';
import type { TradeIn } from '../../sts/trade-in-token.ts';
import type { InjectedFaults } from '../faults/injected-faults.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { AssumeCall, Decision, DeclaredState, Finding, LintRequest } from './schemas.ts';

/** The dependencies of the control API, passed as an argument; nothing is decorated onto fastify. */
export interface ControlDeps {
  readonly version: string;
  readonly clock: MovableClock;
  readonly startedAt: number;
  readonly decisionLog: DecisionLog;
  readonly idp: Idp;
  readonly iam: IamDeps;
  readonly adminToken: string | undefined;
  /** The certificate authority that HTTPS clients must trust, in PEM; undefined when TLS is off. */
  readonly certificateAuthority: string | undefined;
  readonly faults: InjectedFaults;
  readonly metrics: Metrics;
  readonly stsSettings: StsSettings;
  createTradeInToken(tradeIn: TradeIn): string;
  /** The encoded authorization message of a denied decision; undefined for an allowed one. */
  encodeMessage(decision: Decision): string | undefined;
  /** Evaluates an AssumeRole* call as a dry run; issues no credentials. */
  explainAssume(
    request: AssumeCall,
    from: { readonly sourceIp: string; readonly userAgent: string; readonly secure: boolean },
  ): Promise<Decision>;
  /** Evaluates a request against given policies; returns all problems of an invalid request. */
  evaluate(body: unknown): DocumentResult;
  lint(request: { readonly kind: LintRequest['kind']; readonly policy: unknown }): Promise<readonly Finding[]>;
  /** Reads or replaces the declared state. `replace` throws ConfigError and changes nothing if the state is invalid. */
  readonly state: StateAccess;
  /** Aborted when the instance closes; ends open streams. */
  readonly closing: AbortSignal;
  /** Resets the instance to the seed state. */
  reset(): Promise<void>;
}

/** The declared state of the instance. */
interface StateAccess {
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
  /** Relative to `/_rolecall`, in fastify's syntax (`/issuers/:id`). */
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: TSchema;
  /** Maximum size of the body in bytes, if larger than the default of 1 MiB. */
  readonly bodyLimit?: number;
  /** Media type of the response if it is not JSON. */
  readonly produces?: string;
  handle(request: ControlRequest<Static<P>, Static<Q>, Static<B>>, deps: ControlDeps): unknown;
}

/** A row without its type parameters, as the routes use it. */
export interface ControlRow extends Omit<Typed<TObject, TObject, TSchema>, 'handle'> {
  handle(request: ControlRequest<unknown, unknown, unknown>, deps: ControlDeps): unknown;
}

/** Creates a row whose handler is typed by its schemas; the routes validate a request before they call the handler. */
export const defineCall = <P extends TObject, Q extends TObject, B extends TSchema>(
  row: Typed<P, Q, B>,
): ControlRow => ({
  ...row,
  handle: (request, deps) => row.handle(request as ControlRequest<Static<P>, Static<Q>, Static<B>>, deps),
});

export const strict = { additionalProperties: false } as const;
export const Id = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }, strict);
