/** The pipeline of an AWS call: route → authenticate → read → check → authorize → handle → serialize. */
import { LastValue } from '../kernel/last-value.ts';
import { AwsError, internalFailure } from './error.ts';
import { createExchange, type Exchange, type ExchangeOptions, httpDate, isoTime } from './exchange.ts';
import type { SignedCall } from './operation.ts';
import { buildRoutes, type Routes, route } from './route.ts';
import { createSigningKeys, type SigningKeys, verifySignature } from './sigv4.ts';
import { createLastSignature, type LastSignature } from './sigv4-parse.ts';
import type { PipelineOptions, WireReply, WireRequest } from './wire.ts';

export { bindService } from './compile.ts';
export type { Endpoint, Observer, Outcome, WireReply, WireRequest } from './wire.ts';

/** A plan with the compiled readers, checks and serializers of each operation, and the routing tables. */
export interface Pipeline<C> extends ExchangeOptions<C> {
  readonly routes: Routes<C>;
  readonly signingKeys: SigningKeys;
  readonly lastSignature: LastSignature;
}

/** Compiles a plan; called once per instance, because it visits every schema. */
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
 * Answers one request, synchronously if its operation does. Never throws or rejects: every error is answered like AWS
 * does.
 */
export function dispatch<C>(request: WireRequest, pipeline: Pipeline<C>): WireReply | Promise<WireReply> {
  const exchange = createExchange<C>(request, pipeline);
  try {
    const matched = route(exchange, pipeline.routes, pipeline.lastSignature);
    if ('location' in matched) return exchange.redirect(matched.location);
    const { operation } = matched;
    const call = exchange.begin(matched);
    if (operation.auth === 'signed') {
      const expected = { service: matched.service.name, region: request.endpoint?.region };
      const now = pipeline.clock.real();
      const { authenticate, signingKeys, lastSignature } = pipeline;
      const resolved = verifySignature(exchange.signed(), expected, authenticate, signingKeys, lastSignature, now);
      resolved.onVerified?.();
      call.caller = resolved.caller;
    }
    const input = operation.read(matched.parameters, request.body);
    exchange.input = input;
    operation.check?.(input);
    const targets = operation.targets(input, call);
    for (const target of targets) pipeline.authorize(call as SignedCall<C>, target);
    const refused = (error: unknown): never => {
      if (error instanceof AwsError) pipeline.onRefused?.(error, call, targets[0]);
      throw error;
    };
    let output: unknown;
    try {
      output = operation.handle(input, call);
    } catch (error) {
      return refused(error);
    }
    return output instanceof Promise
      ? output
          .then((answer: unknown) => exchange.success(answer), refused)
          .catch((error: unknown) => refuse(error, exchange, pipeline))
      : exchange.success(output);
  } catch (error) {
    return refuse(error, exchange, pipeline);
  }
}

function refuse<C>(error: unknown, exchange: Exchange<C>, pipeline: Pipeline<C>): WireReply {
  if (error instanceof AwsError) return exchange.failure(error);
  pipeline.onError?.(error, exchange.requestId);
  return exchange.failure(internalFailure(undefined, { cause: error }));
}
