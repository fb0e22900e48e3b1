/** Sealing: only the same secret and purpose open a seal; one changed bit is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../src/kernel/seal.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array));

describe('a sealer', () => {
  it('opens what it sealed for the same purpose', () => {
    const sealer = createSealer();
    fc.assert(
      fc.property(bytes, fc.string(), (plain, purpose) => {
        expect(sealer.open(purpose, sealer.seal(purpose, plain))).toEqual(plain);
      }),
    );
  });

  it('opens the seal of another sealer with the same secret', () => {
    expect(
      createSealer('s')
        .open('p', createSealer('s').seal('p', Buffer.from('x')))
        ?.toString(),
    ).toBe('x');
  });

  it.each([
    ['of another secret', createSealer('a').seal('p', Buffer.from('x'))],
    ['without a given secret', createSealer().seal('p', Buffer.from('x'))],
    ['for another purpose', createSealer('s').seal('q', Buffer.from('x'))],
    ['that is empty', Buffer.alloc(0)],
    ['that is too short', Buffer.alloc(27)],
    ['that is all zeros', Buffer.alloc(64)],
  ])('does not open a seal %s', (_name, sealed) => {
    expect(createSealer('s').open('p', sealed)).toBeUndefined();
  });

  it('does not open a seal with one changed bit, or a longer or shorter one', () => {
    const sealer = createSealer('s');
    const sealed = sealer.seal('p', Buffer.from('session'));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const damaged = Buffer.from(sealed);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(sealer.open('p', damaged)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(sealer.open('p', sealed.subarray(0, length))).toBeUndefined();
    }
    expect(sealer.open('p', Buffer.concat([sealed, Buffer.alloc(1)]))).toBeUndefined();
  });

  it('seals the same text differently each time', () => {
    const sealer = createSealer('s');
    const seals = Array.from({ length: 200 }, () => sealer.seal('p', Buffer.from('x')).toString('hex'));
    expect(new Set(seals).size).toBe(200);
  });

  it('derives 32 bytes from secret, purpose and text', () => {
    const derive = (secret: string, purpose: string, text: string) =>
      createSealer(secret).derive(purpose, text).toString('hex');
    expect(derive('s', 'p', 't')).toBe(derive('s', 'p', 't'));
    expect(createSealer('s').derive('p', 't')).toHaveLength(32);
    const all = [derive('s', 'p', 't'), derive('S', 'p', 't'), derive('s', 'P', 't'), derive('s', 'p', 'T')];
    expect(new Set(all).size).toBe(4);
  });
});
