/** Control calls on the movable clock: `/_rolecall/clock`. */
import { type Static, Type } from 'typebox';
import { momentOf, movedBy } from '../../kernel/iso8601.ts';
import { ControlError } from './problem.ts';
import { type ControlDeps, control, strict } from './row.ts';

const ClockAnswer = Type.Object({
  now: Type.String({ description: 'Movable time, ISO 8601.' }),
  frozen: Type.Boolean(),
  offsetMs: Type.Number({ description: 'Movable time minus real time, milliseconds.' }),
});

const ClockChange = Type.Object(
  {
    now: Type.Optional(
      Type.Union([Type.String(), Type.Number()], { description: 'A moment: ISO 8601, or epoch milliseconds.' }),
    ),
    advance: Type.Optional(
      Type.String({ description: 'An ISO 8601 duration (PT2H, P1DT30M, P1M), negative with a leading minus.' }),
    ),
    frozen: Type.Optional(Type.Boolean({ description: 'Whether time stands still.' })),
  },
  { ...strict, minProperties: 1 },
);

const answer = ({ clock }: ControlDeps) => {
  const { now, frozen, offsetMs } = clock.state();
  return { now: new Date(now).toISOString(), frozen, offsetMs };
};

/** The last and first moments that JavaScript dates and four-digit years can both show. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);
const EARLIEST = Date.UTC(1970, 0, 1);

/** Where a change moves the clock: from `now`, or from where it stands, on by `advance`. */
function aimOf({ now, advance }: Static<typeof ClockChange>, standing: number): number {
  const start = typeof now === 'string' ? momentOf(now) : (now ?? standing);
  if (start === undefined) {
    const sentence = 'not a moment: give ISO 8601 (2026-11-20T12:00:00Z) or epoch milliseconds';
    throw new ControlError(400, 'invalid-time', sentence, { path: '/now' });
  }
  const aim = advance === undefined ? start : movedBy(start, advance);
  if (aim === undefined) {
    const sentence = 'not an ISO 8601 duration such as PT2H or P1DT30M';
    throw new ControlError(400, 'invalid-duration', sentence, { path: '/advance' });
  }
  if (aim >= EARLIEST && aim <= LATEST) return aim;
  throw new ControlError(400, 'invalid-time', 'the clock moves between 1970 and 9999', {
    path: advance === undefined ? '/now' : '/advance',
  });
}

export const clockRows = [
  control({
    method: 'GET',
    path: '/clock',
    summary: 'The movable clock.',
    answer: ClockAnswer,
    handle: (_, deps) => answer(deps),
  }),
  control({
    method: 'PUT',
    path: '/clock',
    summary: 'Set, advance, freeze or release the clock. Members apply in the order now, advance, frozen.',
    body: ClockChange,
    answer: ClockAnswer,
    handle({ body }, deps) {
      const { clock } = deps;
      const standing = clock.now();
      const aim = aimOf(body, standing);
      // Stopped before it is moved, so that it stands at the very millisecond asked for.
      if (body.frozen === true) clock.freeze(true);
      if (body.now === undefined) clock.advance(aim - standing);
      else clock.set(aim);
      if (body.frozen === false) clock.freeze(false);
      return answer(deps);
    },
  }),
  control({
    method: 'DELETE',
    path: '/clock',
    summary: 'Back to real time.',
    answer: ClockAnswer,
    handle(_, deps) {
      deps.clock.reset();
      return answer(deps);
    },
  }),
];
