/** ISO 8601 times and durations that are accepted, and that are refused. */
import { describe, expect, it } from 'vitest';
import { addDuration, parseTime } from '../../src/kernel/iso8601.ts';

const iso = (at: number | undefined): string | undefined => (at === undefined ? at : new Date(at).toISOString());

describe('a time', () => {
  it.each([
    ['2026-11-20T12:00:00Z', '2026-11-20T12:00:00.000Z'],
    ['2026-11-20T12:00:00.1234Z', '2026-11-20T12:00:00.123Z'],
    ['2026-11-20T12:00:00', '2026-11-20T12:00:00.000Z'],
    ['2026-11-20T12:00+02:00', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T12:00:00-0130', '2026-11-20T13:30:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['1700000000000', '2023-11-14T22:13:20.000Z'],
  ])('%s is accepted', (text, moment) => {
    expect(iso(parseTime(text))).toBe(moment);
  });

  it.each([
    '',
    '1',
    '2030',
    'tomorrow',
    '2026-02-30',
    '2026-13-01',
    '2026-11-20T25:00:00Z',
    '20 Nov 2026',
    '2026-11-20T',
  ])('%j is refused', text => {
    expect(parseTime(text)).toBeUndefined();
  });
});

describe('a duration', () => {
  const from = Date.UTC(2027, 0, 31, 12);
  it.each([
    ['PT2H', '2027-01-31T14:00:00.000Z'],
    ['PT1.5H', '2027-01-31T13:30:00.000Z'],
    ['PT0,5S', '2027-01-31T12:00:00.500Z'],
    ['-PT50M', '2027-01-31T11:10:00.000Z'],
    ['P1DT30M', '2027-02-01T12:30:00.000Z'],
    ['P2W', '2027-02-14T12:00:00.000Z'],
    ['P1M', '2027-02-28T12:00:00.000Z'],
    ['-P11M', '2026-02-28T12:00:00.000Z'],
    ['P1Y2M3DT4H5M6S', '2028-04-03T16:05:06.000Z'],
    ['+PT3600S', '2027-01-31T13:00:00.000Z'],
  ])('%s gives %s', (duration, moment) => {
    expect(iso(addDuration(from, duration))).toBe(moment);
  });

  it.each(['', 'P', 'PT', 'P1DT', '2 hours', '1H', 'PT1H1H', 'P1.5M', 'PT-1H'])('%j is invalid', text => {
    expect(addDuration(from, text)).toBeUndefined();
  });
});
