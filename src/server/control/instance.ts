/** Control API calls on the instance: health, metrics, certificate authority, reset. */
import { Type } from 'typebox';
import { ControlError } from './problem.ts';
import { control } from './row.ts';

export const instanceRows = [
  control({
    method: 'GET',
    path: '/health',
    summary: 'Check that the server responds.',
    answer: Type.Object({ status: Type.Literal('ok'), version: Type.String(), uptimeMs: Type.Number() }),
    handle: (_, { version, clock, startedAt }) => ({ status: 'ok', version, uptimeMs: clock.real() - startedAt }),
  }),
  control({
    method: 'GET',
    path: '/metrics',
    summary: 'Get metrics of calls, tokens and the process in the Prometheus text format.',
    produces: 'text/plain',
    async handle({ reply }, { metrics }) {
      const { contentType, text } = await metrics.text();
      return reply.type(contentType).send(text);
    },
  }),
  control({
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
  control({
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
