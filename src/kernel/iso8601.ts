/** Parses ISO 8601 times and durations; a time without a zone is UTC, independent of the machine's time zone. */

const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const EPOCH_MS = /^-?\d{5,16}$/;

/** Parses an ISO 8601 time, or epoch milliseconds as text; undefined for anything else, such as 30 February. */
export function parseTime(text: string): number | undefined {
  if (EPOCH_MS.test(text)) return Number(text);
  const match = ISO_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] = match;
  const date = `${year}-${month}-${day}`;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // Date.parse accepts some invalid days as days of the next month.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
  const at = Date.parse(`${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`);
  return Number.isNaN(at) ? undefined : at;
}

const WHOLE = '(\\d{1,6})';
const PART = '(\\d{1,12}(?:[.,]\\d{1,9})?)';
const DURATION = new RegExp(
  `^([+-]?)P(?=\\d|T\\d)(?:${WHOLE}Y)?(?:${WHOLE}M)?(?:${PART}W)?(?:${PART}D)?(?:T(?=\\d)(?:${PART}H)?(?:${PART}M)?(?:${PART}S)?)?$`,
);
/** Milliseconds of a week, a day, an hour, a minute and a second. */
const UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000];

/**
 * Adds an ISO 8601 duration to a time in epoch milliseconds; a leading minus subtracts it. Undefined for an invalid
 * duration. Years and months follow the calendar in UTC: one month after 31 January is the last day of February.
 */
export function addDuration(from: number, duration: string): number | undefined {
  const match = DURATION.exec(duration);
  if (match === null) return undefined;
  const [, sign, years, months, ...parts] = match;
  const direction = sign === '-' ? -1 : 1;
  const ms = UNITS.reduce((sum, unit, at) => sum + unit * Number((parts[at] ?? '0').replace(',', '.')), 0);
  return inMonths(from, direction * (12 * Number(years ?? 0) + Number(months ?? 0))) + direction * Math.round(ms);
}

function inMonths(from: number, months: number): number {
  if (months === 0) return from;
  const date = new Date(from);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.setUTCDate(Math.min(day, lastDay));
}
