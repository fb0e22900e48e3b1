/** Injected faults of requests to the endpoints of issuers, in the form of the issuers' errors. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../kernel/clock.ts';
import type { InjectedFault } from './declaration.ts';
import type { InjectedFaults } from './injected-faults.ts';
import { effectOf, INJECTED_MESSAGE, waited } from './responses.ts';

interface IssuerFaultParts {
  readonly faults: InjectedFaults;
  readonly account: string;
  readonly clock: Clock;
}

/** Creates the hook, which runs before the handlers; without faults it costs one comparison per request. */
export const createIssuerFaultHook =
  (parts: IssuerFaultParts) => (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    // A CORS preflight (OPTIONS) is not a call, so no fault applies.
    if (parts.faults.isEmpty || request.method === 'OPTIONS' || !request.url.startsWith('/idp/')) return done();
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
  if (delayMs !== undefined && !(await waited(delayMs, request.raw.socket))) return true;
  const context = {
    action: `${request.method} ${pathOf(request)}`,
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
  const { code, status, message = INJECTED_MESSAGE } = effect;
  await reply.code(status).send({ message, error: code });
  return true;
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';
