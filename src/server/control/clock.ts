/** Control API calls on the movable clock: `/_rolecall/clock`. */
import { type Static, Type } from 'typebox';
import { addDuration, parseTime } from '../../kernel/iso8601.ts';
import { ControlError } from './problem.ts';
import { type ControlDeps, defineCall, strict } from './row.ts';

const ClockAnswer = Type.Object({
  now: Type.String({ description: 'Time of the movable clock, ISO 8601.' }),
  frozen: Type.Boolean(),
  offsetMs: Type.Number({ description: 'Movable time minus real time, in milliseconds.' }),
});

const ClockChange = Type.Object(
  {
    now: Type.Optional(
      Type.Union([Type.String(), Type.Number()], { description: 'A time: ISO 8601, or epoch milliseconds.' }),
    ),
    advance: Type.Optional(
      Type.String({ description: 'An ISO 8601 duration (PT2H, P1DT30M, P1M). A leading minus makes it negative.' }),
    ),
    frozen: Type.Optional(Type.Boolean({ description: 'Whether the clock is frozen.' })),
  },
  { ...strict, minProperties: 1 },
);

const answer = ({ clock }: ControlDeps) => {
  const { now, frozen, offsetMs } = clock.state();
  return { now: new Date(now).toISOString(), frozen, offsetMs };
};

/** The range of the clock, in epoch milliseconds: years that have four digits. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);
const EARLIEST = Date.UTC(1970, 0, 1);

/** The new time of the clock, in epoch milliseconds: `now` (else the current time) plus `advance`. Throws ControlError. */
function newTimeOf({ now, advance }: Static<typeof ClockChange>, current: number): number {
  const start = typeof now === 'string' ? parseTime(now) : (now ?? current);
  if (start === undefined) {
    const sentence = 'not a time: use ISO 8601 (2026-11-20T12:00:00Z) or epoch milliseconds';
    throw new ControlError(400, 'invalid-time', sentence, { path: '/now' });
  }
  const newTime = advance === undefined ? start : addDuration(start, advance);
  if (newTime === undefined) {
    const sentence = 'not an ISO 8601 duration such as PT2H or P1DT30M';
    throw new ControlError(400, 'invalid-duration', sentence, { path: '/advance' });
  }
  if (newTime >= EARLIEST && newTime <= LATEST) return newTime;
  throw new ControlError(400, 'invalid-time', 'the time must be between the years 1970 and 9999', {
    path: advance === undefined ? '/now' : '/advance',
  });
}

export const clockRows = [
  defineCall({
    method: 'GET',
    path: '/clock',
    summary: 'Get the state of the movable clock.',
    answer: ClockAnswer,
    handle: (_, deps) => answer(deps),
  }),
  defineCall({
    method: 'PUT',
    path: '/clock',
    summary: 'Set, advance, freeze or unfreeze the clock. Members apply in the order now, advance, frozen.',
    body: ClockChange,
    answer: ClockAnswer,
    handle({ body }, deps) {
      const { clock } = deps;
      const current = clock.now();
      const newTime = newTimeOf(body, current);
      // Freeze before the change, so that the clock shows exactly the requested millisecond.
      if (body.frozen === true) clock.freeze(true);
      if (body.now === undefined) clock.advance(newTime - current);
      else clock.set(newTime);
      if (body.frozen === false) clock.freeze(false);
      return answer(deps);
    },
  }),
  defineCall({
    method: 'DELETE',
    path: '/clock',
    summary: 'Reset the clock to real time.',
    answer: ClockAnswer,
    handle(_, deps) {
      deps.clock.reset();
      return answer(deps);
    },
  }),
];
