/** Injected faults of requests to the endpoints of issuers, in the form of the issuers' errors. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../kernel/clock.ts';
import type { InjectedFault } from './declaration.ts';
import type { InjectedFaults } from './injected-faults.ts';
import { effectOf, waited } from './responses.ts';

/** The text for a code that AWS sends without one: the JSON of an issuer always has a message. */
const INTERNAL_MESSAGE = 'The request processing has failed because of an unknown error.';

interface IssuerFaultParts {
  readonly faults: InjectedFaults;
  readonly account: string;
  readonly clock: Clock;
}

/** Creates the hook for requests below `/idp/`, which runs before their handlers; without faults it costs one comparison. */
export const createIssuerFaultHook =
  (parts: IssuerFaultParts) => (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    // A CORS preflight (OPTIONS) is not a call, so no fault applies.
    if (parts.faults.isEmpty || request.method === 'OPTIONS') return done();
    const fault = parts.faults.takeForIssuer(pathOf(request).split('/')[2] ?? '');
    if (fault === undefined) return done();
    answer(fault, request, reply, parts).then(answered => {
      if (!answered) done();
    }, done);
  };

/** Returns false if the request continues (the fault was only a delay). */
async function answer(
  fault: InjectedFault,
  request: FastifyRequest,
  reply: FastifyReply,
  { faults, account, clock }: IssuerFaultParts,
): Promise<boolean> {
  const { delayMs } = fault.respond;
  if (delayMs !== undefined && !(await waited(delayMs, reply.raw))) return true;
  const context = {
    action: undefined,
    account,
    seconds: Math.floor(clock.now() / 1000),
  };
  const effect = effectOf(fault, faults.subjects.errors, context);
  if (effect === undefined) return false;
  if (effect === 'drop') {
    reply.hijack();
    request.raw.socket.destroy();
    return true;
  }
  const { code, status, message = INTERNAL_MESSAGE } = effect;
  await reply.code(status).send({ message, error: code });
  return true;
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';
