/** Control calls on the instance as a whole: health and reset. */
import { Type } from 'typebox';
import { ControlError } from './problem.ts';
import { control } from './row.ts';

export const instanceRows = [
  control({
    method: 'GET',
    path: '/health',
    summary: 'Whether the server answers.',
    answer: Type.Object({ status: Type.Literal('ok'), version: Type.String(), uptimeMs: Type.Number() }),
    handle: (_, { version, clock, startedAt }) => ({ status: 'ok', version, uptimeMs: clock.real() - startedAt }),
  }),
  control({
    method: 'GET',
    path: '/metrics',
    summary: 'Counts of calls and tokens, and of the process, for Prometheus.',
    produces: 'text/plain',
    async handle({ reply }, { metrics }) {
      const { contentType, text } = await metrics.text();
      return reply.type(contentType).send(text);
    },
  }),
  control({
    method: 'GET',
    path: '/ca',
    summary: 'The certificate authority that clients of HTTPS must trust, in PEM.',
    produces: 'text/plain',
    handle({ reply }, { certificateAuthority }) {
      if (certificateAuthority === undefined) {
        throw new ControlError(404, 'tls-off', 'there is no certificate authority: TLS is off; start with --tls');
      }
      return reply.type('text/plain; charset=utf-8').send(certificateAuthority);
    },
  }),
  control({
    method: 'POST',
    path: '/reset',
    summary: 'Back to the seed state; clears decisions and the clock. Sessions of before are refused from now on.',
    answer: Type.Object({ status: Type.Literal('ok') }),
    async handle(_, { reset }) {
      await reset();
      return { status: 'ok' };
    },
  }),
];
