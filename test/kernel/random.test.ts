/** The random source: with a seed it returns the same sequence in every run, without one it does not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/kernel/random.ts';

describe('a random source', () => {
  it.each([0, 1, 31, 32, 33, 4096, 5000])('returns %d bytes', length => {
    expect(createRandomSource().bytes(length)).toHaveLength(length);
    expect(createRandomSource('seed').bytes(length)).toHaveLength(length);
  });

  it('returns the same sequence for the same seed, another one for another seed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(fc.nat(100), { minLength: 1 }), (seed, other, lengths) => {
        const sample = (from: string) => {
          const random = createRandomSource(from);
          return [random.uuid(), ...lengths.map(length => random.bytes(length).toString('hex'))];
        };
        expect(sample(seed)).toEqual(sample(seed));
        if (seed !== other) expect(sample(seed)[0]).not.toBe(sample(other)[0]);
      }),
    );
  });

  it('does not repeat bytes without a seed, also across pool boundaries', () => {
    const random = createRandomSource();
    const seen = new Set(Array.from({ length: 2000 }, () => random.bytes(16).toString('hex')));
    expect(seen.size).toBe(2000);
    expect(createRandomSource().uuid()).not.toBe(createRandomSource().uuid());
  });

  it('does not change returned bytes at later calls', () => {
    const random = createRandomSource();
    const first = random.bytes(4000);
    const copy = Buffer.from(first);
    random.bytes(4000);
    expect(first.equals(copy)).toBe(true);
  });

  it('creates version 4 UUIDs (RFC 9562 §5.4)', () => {
    for (const random of [createRandomSource(), createRandomSource('seed')]) {
      for (let at = 0; at < 100; at++) {
        expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }
    }
  });
});
