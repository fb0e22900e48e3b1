/** Control calls on the instance as a whole: health and reset. */
import { Type } from 'typebox';
import { control } from './row.ts';

export const houseRows = [
  control({
    method: 'GET',
    path: '/health',
    summary: 'Whether the server answers.',
    answer: Type.Object({ status: Type.Literal('ok'), version: Type.String(), uptimeMs: Type.Number() }),
    handle: (_, { version, clock, startedAt }) => ({ status: 'ok', version, uptimeMs: clock.real() - startedAt }),
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
