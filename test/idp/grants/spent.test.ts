/** What was spent stays spent: lists are bounded, and a full one forgets nothing that could be used again. */
import { describe, expect, it } from 'vitest';
import { createSealedGrants, REFRESH_LIFETIME } from '../../../src/idp/grants/sealed.ts';
import { RevokedTokens, SpentGrants } from '../../../src/idp/grants/spent.ts';
import { MovableClock } from '../../../src/kernel/clock.ts';
import { createSealer } from '../../../src/kernel/seal.ts';

const NOW = 1_000;
const entry = (serial: number, until = NOW + 60) => ({ id: `id-${serial}`, serial, until });

describe('codes and refresh tokens', () => {
  it('are kept as long as they live', () => {
    const spent = new SpentGrants(10);
    for (let serial = 1; serial <= 10; serial++) spent.add(entry(serial), NOW);
    expect(spent.size).toBe(10);
    for (let serial = 1; serial <= 10; serial++) expect(spent.has(entry(serial))).toBe(true);
    expect(spent.has(entry(11))).toBe(false);
  });

  it('are forgotten when they have expired, and count as spent should the clock be set back', () => {
    const spent = new SpentGrants(10);
    for (let serial = 1; serial <= 10; serial++) spent.add(entry(serial, NOW + serial), NOW);
    spent.add(entry(11, NOW + 60), NOW + 5);
    expect(spent.size).toBe(6);
    for (let serial = 1; serial <= 11; serial++) expect(spent.has(entry(serial, NOW + serial))).toBe(true);
    expect(spent.has(entry(12, NOW + 5))).toBe(true);
    expect(spent.has(entry(12, NOW + 6))).toBe(false);
  });

  it('that all live are forgotten from the oldest on, and whatever is as old counts as spent', () => {
    const spent = new SpentGrants(10);
    for (let serial = 1; serial <= 21; serial += 2) spent.add(entry(serial), NOW);
    expect(spent.size).toBeLessThanOrEqual(10);
    for (let serial = 1; serial <= 21; serial += 2) expect(spent.has(entry(serial))).toBe(true);
    // Never spent, but as old as what was forgotten.
    expect(spent.has(entry(2))).toBe(true);
    expect(spent.has(entry(20))).toBe(false);
    expect(spent.has(entry(22))).toBe(false);
  });

  it('never let one in again, whatever comes, and never grow beyond their bound', () => {
    const spent = new SpentGrants(100);
    for (let serial = 1; serial <= 5_000; serial++) {
      const lives = serial % 3 === 0 ? 10_000 : 60;
      spent.add(entry(serial, NOW + lives), NOW + serial / 100);
      expect(spent.size).toBeLessThanOrEqual(100);
      expect(spent.has(entry(serial, NOW + lives))).toBe(true);
    }
    for (let serial = 1; serial <= 5_000; serial++) {
      expect(spent.has(entry(serial, NOW + (serial % 3 === 0 ? 10_000 : 60)))).toBe(true);
    }
  });
});

it('everything until a serial number is ended at once, and takes no place', () => {
  const spent = new SpentGrants(10);
  spent.add(entry(1), NOW);
  spent.endUntil(5);
  for (const serial of [1, 2, 5]) spent.add(entry(serial), NOW);
  expect(spent.size).toBe(0);
  expect([1, 5, 6].map(serial => spent.has(entry(serial)))).toEqual([true, true, false]);
});

describe('a family that was ended', () => {
  it('stays so while any of its tokens lives, though the clock was ahead when they were made', () => {
    const clock = new MovableClock();
    const day = 86_400;
    const sealed = createSealedGrants(createSealer('secret'), clock, new SpentGrants(5));
    const make = (grant: object) =>
      sealed.make(
        'refresh-token',
        { issuerId: 'op', clientId: 'app', scopes: [], claims: {}, authTime: 0, ...grant },
        REFRESH_LIFETIME,
      );
    const redeem = (text: string) => {
      const opened = sealed.redeem('refresh-token', text, 'op');
      sealed.spend(opened);
      return opened;
    };
    clock.advance(40 * day * 1000);
    const first = make({});
    const { grant } = redeem(first);
    const second = make(grant);
    clock.advance(-40 * day * 1000);
    expect(() => redeem(first)).toThrow('the refresh-token was used or revoked before');
    clock.advance(31 * day * 1000);
    for (let other = 0; other < 20; other++) {
      redeem(make({}));
      expect(() => redeem(second)).toThrow('the refresh-token was used or revoked before');
    }
  });
});

describe('revoked access tokens', () => {
  it('are kept until they expire, and a full list says that it takes no more', () => {
    const revoked = new RevokedTokens(3);
    for (const id of ['a', 'b', 'c']) revoked.add(id, NOW + 60, NOW);
    expect(() => revoked.add('d', NOW + 60, NOW)).toThrow(
      expect.objectContaining({
        code: 'temporarily_unavailable',
        status: 503,
        message: '3 revoked tokens are kept; this one is still valid',
      }),
    );
    revoked.add('a', NOW + 60, NOW);
    expect(['a', 'b', 'c', 'd'].map(id => revoked.has(id, NOW + 60))).toEqual([true, true, true, false]);
    revoked.add('d', NOW + 120, NOW + 60);
    expect(revoked.size).toBe(1);
    // The clock was set back to a time at which the first three were good.
    expect(['a', 'b', 'c'].map(id => revoked.has(id, NOW + 60))).toEqual([true, true, true]);
  });
});
