/** Control API calls on the instance: health, metrics, certificate authority, reset. */
import { Type } from 'typebox';
import { ControlError } from './problem.ts';
import { defineCall } from './row.ts';

export const instanceRows = [
  defineCall({
    method: 'GET',
    path: '/health',
    summary: 'Check that the server responds.',
    answer: Type.Object({ status: Type.Literal('ok'), version: Type.String(), uptimeMs: Type.Number() }),
    handle: (_, { version, clock, startedAt }) => ({ status: 'ok', version, uptimeMs: clock.real() - startedAt }),
  }),
  defineCall({
    method: 'GET',
    path: '/metrics',
    summary: 'Get metrics of calls, tokens and the process in the Prometheus text format.',
    produces: 'text/plain',
    async handle({ reply }, { metrics }) {
      const { contentType, text } = await metrics.text();
      return reply.type(contentType).send(text);
    },
  }),
  defineCall({
    method: 'GET',
    path: '/ca',
    summary: 'Get the certificate authority (PEM) that HTTPS clients must trust.',
    produces: 'text/plain',
    handle({ reply }, { certificateAuthority }) {
      if (certificateAuthority === undefined) {
        throw new ControlError(404, 'tls-off', 'no certificate authority: TLS is off; start the server with --tls');
      }
      return reply.type('text/plain; charset=utf-8').send(certificateAuthority);
    },
  }),
  defineCall({
    method: 'POST',
    path: '/reset',
    summary: 'Reset to the seed state. Clears decisions and the clock, and invalidates all sessions issued before.',
    answer: Type.Object({ status: Type.Literal('ok') }),
    async handle(_, { reset }) {
      await reset();
      return { status: 'ok' };
    },
  }),
];
