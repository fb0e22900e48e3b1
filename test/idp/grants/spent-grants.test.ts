/** Spent grants stay spent: lists are limited, and a full list drops nothing that could be used again. */
import { describe, expect, it } from 'vitest';
import { createSealedGrants, REFRESH_LIFETIME } from '../../../src/idp/grants/sealed-grants.ts';
import { RevokedTokens, SpentGrants, UsedAssertions } from '../../../src/idp/grants/spent-grants.ts';
import { MovableClock } from '../../../src/kernel/clock.ts';
import { createSealer } from '../../../src/kernel/seal.ts';

const NOW = 1_000;
const entry = (serial: number, until = NOW + 60) => ({ id: `id-${serial}`, serial, until });

describe('codes and refresh tokens', () => {
  it('are kept until they expire', () => {
    const spent = new SpentGrants(10);
    for (let serial = 1; serial <= 10; serial++) spent.add(entry(serial), NOW);
    expect(spent.size).toBe(10);
    for (let serial = 1; serial <= 10; serial++) expect(spent.has(entry(serial))).toBe(true);
    expect(spent.has(entry(11))).toBe(false);
  });

  it('are dropped when they have expired, and count as spent if the clock is set back', () => {
    const spent = new SpentGrants(10);
    for (let serial = 1; serial <= 10; serial++) spent.add(entry(serial, NOW + serial), NOW);
    spent.add(entry(11, NOW + 60), NOW + 5);
    expect(spent.size).toBe(6);
    for (let serial = 1; serial <= 11; serial++) expect(spent.has(entry(serial, NOW + serial))).toBe(true);
    expect(spent.has(entry(12, NOW + 5))).toBe(true);
    expect(spent.has(entry(12, NOW + 6))).toBe(false);
  });

  it('that are all unexpired are dropped oldest first, and anything as old counts as spent', () => {
    const spent = new SpentGrants(10);
    for (let serial = 1; serial <= 21; serial += 2) spent.add(entry(serial), NOW);
    expect(spent.size).toBeLessThanOrEqual(10);
    for (let serial = 1; serial <= 21; serial += 2) expect(spent.has(entry(serial))).toBe(true);
    // Not spent, but as old as the dropped ones.
    expect(spent.has(entry(2))).toBe(true);
    expect(spent.has(entry(20))).toBe(false);
    expect(spent.has(entry(22))).toBe(false);
  });

  it('are never accepted again, and the list never exceeds its limit', () => {
    const spent = new SpentGrants(100);
    for (let serial = 1; serial <= 5_000; serial++) {
      const lifetime = serial % 3 === 0 ? 10_000 : 60;
      spent.add(entry(serial, NOW + lifetime), NOW + serial / 100);
      expect(spent.size).toBeLessThanOrEqual(100);
      expect(spent.has(entry(serial, NOW + lifetime))).toBe(true);
    }
    for (let serial = 1; serial <= 5_000; serial++) {
      expect(spent.has(entry(serial, NOW + (serial % 3 === 0 ? 10_000 : 60)))).toBe(true);
    }
  });
});

it('everything up to a serial number can be marked as spent without list entries', () => {
  const spent = new SpentGrants(10);
  spent.add(entry(1), NOW);
  spent.endUntil(5);
  for (const serial of [1, 2, 5]) spent.add(entry(serial), NOW);
  expect(spent.size).toBe(0);
  expect([1, 5, 6].map(serial => spent.has(entry(serial)))).toEqual([true, true, false]);
});

describe('a revoked family', () => {
  it('stays revoked until its last token expires, even if the clock was ahead when they were issued', () => {
    const clock = new MovableClock();
    const day = 86_400;
    const sealed = createSealedGrants(createSealer('secret'), clock, new SpentGrants(5));
    const make = (grant: object) =>
      sealed.create(
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
    expect(() => redeem(first)).toThrow('the refresh-token has already been used or revoked');
    clock.advance(31 * day * 1000);
    for (let other = 0; other < 20; other++) {
      redeem(make({}));
      expect(() => redeem(second)).toThrow('the refresh-token has already been used or revoked');
    }
  });
});

describe('revoked access tokens', () => {
  it('are kept until they expire, and a full list returns an error', () => {
    const revoked = new RevokedTokens(3);
    for (const id of ['a', 'b', 'c']) revoked.add(id, NOW + 60, NOW);
    expect(() => revoked.add('d', NOW + 60, NOW)).toThrow(
      expect.objectContaining({
        code: 'temporarily_unavailable',
        status: 503,
        message: 'the list of 3 revoked tokens is full; this token is still valid',
      }),
    );
    revoked.add('a', NOW + 60, NOW);
    expect(['a', 'b', 'c', 'd'].map(id => revoked.has(id, NOW + 60))).toEqual([true, true, true, false]);
    revoked.add('d', NOW + 120, NOW + 60);
    expect(revoked.size).toBe(1);
    // The clock is set back to a time at which the first three are unexpired.
    expect(['a', 'b', 'c'].map(id => revoked.has(id, NOW + 60))).toEqual([true, true, true]);
  });
});

describe('used client assertions', () => {
  it('have their own limit and message', () => {
    const used = new UsedAssertions(2);
    for (const id of ['a', 'b']) used.add(id, NOW + 60, NOW);
    expect(() => used.add('c', NOW + 60, NOW)).toThrow(
      expect.objectContaining({
        code: 'temporarily_unavailable',
        status: 503,
        message: 'the list of 2 used client assertions is full; try again when some have expired',
      }),
    );
    expect(['a', 'b', 'c'].map(id => used.has(id, NOW + 60))).toEqual([true, true, false]);
  });
});
