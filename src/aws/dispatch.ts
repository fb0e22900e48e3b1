/** The road of an AWS call: route → authenticate → read → check → authorize → handle → write. */
import { AwsError, internalFailure } from './error.ts';
import { type Exchange, openExchange } from './exchange.ts';
import type { SignedCall } from './operation.ts';
import { buildRoutes, type Routes, route } from './route.ts';
import { makeSigningKeys, type SigningKeys, verifySignature } from './sigv4.ts';
import type { RoadPlan, WireReply, WireRequest } from './wire.ts';

export type {
  BoundOperation,
  BoundService,
  Claimant,
  Endpoint,
  Outcome,
  RoadPlan,
  WireReply,
  WireRequest,
} from './wire.ts';
export { bindService } from './wire.ts';

/** A plan with everything compiled that can be: readers, checks and writers of each operation, and the tables. */
export interface Road<C> extends RoadPlan<C> {
  readonly routes: Routes<C>;
  readonly signingKeys: SigningKeys;
}

/** Compiles a plan; once per instance, since it walks every schema. */
export const makeRoad = <C>(plan: RoadPlan<C>): Road<C> => ({
  ...plan,
  routes: buildRoutes(plan.services),
  signingKeys: makeSigningKeys(),
});

/**
 * Answers one request, at once when its operation does. Never throws or rejects: whatever goes wrong is answered as AWS
 * answers it.
 */
export function dispatch<C>(request: WireRequest, road: Road<C>): WireReply | Promise<WireReply> {
  const exchange = openExchange<C>(request, road);
  try {
    const stop = route(exchange, road.routes);
    if ('location' in stop) return exchange.redirect(stop.location);
    const { operation } = stop;
    const call = exchange.reach(stop);
    if (operation.auth === 'signed') {
      const expected = { service: stop.service.name, region: request.endpoint?.region };
      const now = road.clock.real();
      const claimant = verifySignature(exchange.signed(), expected, road.authenticate, road.signingKeys, now);
      claimant.verified?.();
      call.caller = claimant.caller;
    }
    const input = operation.read(stop.parameters, request.body);
    exchange.input = input;
    operation.check(input);
    if (operation.gated) {
      for (const target of operation.targets(input, call)) road.authorize(call as SignedCall<C>, operation, target);
    }
    const output = operation.handle(input, call);
    return output instanceof Promise
      ? output
          .then((answer: unknown) => exchange.success(answer))
          .catch((error: unknown) => refuse(error, exchange, road))
      : exchange.success(output);
  } catch (error) {
    return refuse(error, exchange, road);
  }
}

function refuse<C>(error: unknown, exchange: Exchange<C>, road: Road<C>): WireReply {
  if (error instanceof AwsError) return exchange.failure(error);
  road.onError?.(error, exchange.requestId);
  return exchange.failure(internalFailure(undefined, { cause: error }));
}
