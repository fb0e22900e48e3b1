/** The pipeline of an AWS call: route → injected faults → authenticate → read → check → authorize → handle → serialize. */
import { LastValue } from '../kernel/last-value.ts';
import type { MatchedRoute } from './compile.ts';
import { AwsError, internalFailure } from './error.ts';
import {
  createExchange,
  type Exchange,
  type ExchangeOptions,
  httpDate,
  isoTime,
  type PipelineCall,
} from './exchange.ts';
import type { SignedCall } from './operation.ts';
import { buildRoutes, type Routes, route } from './route.ts';
import { createSigningKeys, type SigningKeys, verifySignature } from './sigv4.ts';
import { createLastSignature, type LastSignature } from './sigv4-parse.ts';
import type { FaultEffect, PipelineOptions, WireReply, WireRequest } from './wire.ts';

export { bindService } from './compile.ts';
export type { Endpoint, FaultEffect, Observer, Outcome, WireReply, WireRequest } from './wire.ts';

/** A plan with the routing tables. */
export interface Pipeline<C> extends ExchangeOptions<C> {
  readonly routes: Routes<C>;
  readonly signingKeys: SigningKeys;
  readonly lastSignature: LastSignature;
}

const INTERNAL = 'The request failed inside Rolecall; the log of the server has the error.';

/** Creates the routing tables of a plan; called once per instance. */
export const createPipeline = <C>(plan: PipelineOptions<C>): Pipeline<C> => ({
  ...plan,
  routes: buildRoutes(plan.services),
  signingKeys: createSigningKeys(),
  lastSignature: createLastSignature(),
  httpDate: new LastValue(httpDate),
  isoTime: new LastValue(isoTime),
});

/** The pipeline as a function of requests. */
export const createDispatcher =
  <C>(pipeline: Pipeline<C>) =>
  (request: WireRequest): WireReply | Promise<WireReply> =>
    dispatch(request, pipeline);

/**
 * Answers one request, synchronously if its operation does and no fault delays it. Never throws or rejects: every error is
 * answered like AWS does.
 */
export function dispatch<C>(request: WireRequest, pipeline: Pipeline<C>): WireReply | Promise<WireReply> {
  const exchange = createExchange<C>(request, pipeline);
  try {
    const matched = route(exchange, pipeline.routes, pipeline.lastSignature);
    if ('location' in matched) return exchange.redirect(matched.location);
    const call = exchange.begin(matched);
    const fault = pipeline.injectFault?.(call, matched.parameters, request);
    if (!(fault instanceof Promise)) return proceed(fault, exchange, matched, call, pipeline);
    return (
      fault
        // Time passed meanwhile: the call begins again, at its new time.
        .then(effect => proceed(effect, exchange, matched, exchange.begin(matched), pipeline))
        .catch((error: unknown) => refuse(error, exchange, pipeline))
    );
  } catch (error) {
    return refuse(error, exchange, pipeline);
  }
}

/** Applies the effect of a fault; without one, runs the stages from authentication on. Throws AwsError. */
function proceed<C>(
  effect: FaultEffect,
  exchange: Exchange<C>,
  matched: MatchedRoute<C>,
  call: PipelineCall<C>,
  pipeline: Pipeline<C>,
): WireReply | Promise<WireReply> {
  if (effect !== undefined) return effect === 'drop' ? exchange.drop() : exchange.failure(effect);
  const { operation } = matched;
  const { request } = exchange;
  if (operation.auth === 'signed') {
    const expected = { service: matched.service.name, region: request.endpoint?.region };
    const now = pipeline.clock.real();
    const { authenticate, signingKeys, lastSignature } = pipeline;
    const resolved = verifySignature(exchange.signed(), expected, authenticate, signingKeys, lastSignature, now);
    resolved.onVerified?.();
    call.caller = resolved.caller;
  }
  exchange.stage = 'read';
  const input = operation.codec().read(matched.parameters, request.body);
  exchange.input = input;
  operation.check?.(input);
  const targets = operation.targets(input, call);
  for (const target of targets) pipeline.authorize(call as SignedCall<C>, target);
  exchange.stage = 'handle';
  const output = operation.handle(input, call);
  return output instanceof Promise
    ? output
        .then((answer: unknown) => exchange.success(answer))
        .catch((error: unknown) => refuse(error, exchange, pipeline))
    : exchange.success(output);
}

/**
 * The reply for a request that the server refuses before the pipeline, in the response format and with the namespace of its
 * service.
 */
export function refuseRequest<C>(request: WireRequest, error: AwsError, pipeline: Pipeline<C>): WireReply {
  const exchange = createExchange<C>(request, pipeline);
  try {
    route(exchange, pipeline.routes, pipeline.lastSignature);
  } catch (unmatched) {
    // The error of the server precedes that of the route, which has set the format.
    if (!(unmatched instanceof AwsError)) return refuse(unmatched, exchange, pipeline);
  }
  return exchange.failure(error);
}

/** Records the refusal and answers with its error. */
function refuse<C>(error: unknown, exchange: Exchange<C>, pipeline: Pipeline<C>): WireReply {
  if (error instanceof AwsError) return exchange.refuse(error);
  pipeline.onError?.(error, exchange.requestId);
  return exchange.refuse(internalFailure(undefined, { cause: error, detail: INTERNAL }));
}
