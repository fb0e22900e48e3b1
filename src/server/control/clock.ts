/** Control calls on the movable clock: `/_rolecall/clock`. */
import { Type } from 'typebox';
import { ControlError } from '../problem.ts';
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
      Type.String({ description: 'An ISO 8601 duration (PT2H, P1DT30M), negative with a leading minus.' }),
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

function move({ clock }: ControlDeps, to: number, path: string): void {
  if (!(to >= EARLIEST && to <= LATEST)) {
    throw new ControlError(400, 'invalid-time', 'the clock moves between 1970 and 9999', { path });
  }
  clock.set(to);
}

function moment(text: string | number): number {
  const at = typeof text === 'number' ? text : Date.parse(text);
  if (Number.isNaN(at)) {
    throw new ControlError(
      400,
      'invalid-time',
      'not a moment: give ISO 8601 (2026-11-20T12:00:00Z) or epoch milliseconds',
      {
        path: '/now',
      },
    );
  }
  return at;
}

const DURATION =
  /^([+-]?)P(?=\d|T\d)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d{1,3})?)S)?)?$/;

/** Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds (months and years have no length). */
export function durationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [, sign, ...parts] = match;
  const units = [604_800, 86_400, 3600, 60, 1];
  const seconds = units.reduce((sum, unit, at) => sum + unit * Number(parts[at] ?? 0), 0);
  return (sign === '-' ? -1000 : 1000) * seconds;
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
      if (body.now !== undefined) move(deps, moment(body.now), '/now');
      if (body.advance !== undefined) {
        const ms = durationMs(body.advance);
        if (ms === undefined) {
          throw new ControlError(400, 'invalid-duration', 'not an ISO 8601 duration such as PT2H or P1DT30M', {
            path: '/advance',
          });
        }
        move(deps, deps.clock.now() + ms, '/advance');
      }
      if (body.frozen !== undefined) deps.clock.freeze(body.frozen);
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
