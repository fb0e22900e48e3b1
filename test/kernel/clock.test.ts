/** The movable clock with a time source that the test controls. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MovableClock } from '../../src/kernel/clock.ts';

const START = Date.UTC(2026, 10, 20, 12);

function clockAt(start = START) {
  let real = start;
  const clock = new MovableClock(() => real);
  return {
    clock,
    pass: (ms: number) => {
      real += ms;
    },
  };
}

describe('a clock', () => {
  it('shows real time until it is moved', () => {
    const { clock, pass } = clockAt();
    pass(5);
    expect([clock.now(), clock.real()]).toEqual([START + 5, START + 5]);
    expect(clock.state()).toEqual({ now: START + 5, frozen: false, offsetMs: 0 });
  });

  it('continues from the time it is set to, and does not change real time', () => {
    const { clock, pass } = clockAt();
    clock.set(0);
    pass(1000);
    expect([clock.now(), clock.real()]).toEqual([1000, START + 1000]);
    expect(clock.state()).toEqual({ now: 1000, frozen: false, offsetMs: -START });
  });

  it('advances and goes back', () => {
    const { clock, pass } = clockAt();
    clock.advance(7_200_000);
    clock.advance(-10_000);
    pass(1);
    expect(clock.now()).toBe(START + 7_190_001);
  });

  it('does not advance while frozen, but can be set and advanced', () => {
    const { clock, pass } = clockAt();
    clock.freeze(true);
    pass(1000);
    expect(clock.now()).toBe(START);
    clock.advance(60_000);
    pass(1000);
    expect(clock.state()).toEqual({ now: START + 60_000, frozen: true, offsetMs: 58_000 });
    clock.set(42);
    pass(1000);
    expect(clock.now()).toBe(42);
  });

  it('continues from the frozen time after unfreezing', () => {
    const { clock, pass } = clockAt();
    clock.freeze(true);
    pass(5000);
    clock.freeze(false);
    pass(10);
    expect(clock.state()).toEqual({ now: START + 10, frozen: false, offsetMs: -5000 });
  });

  it('shows real time after a reset', () => {
    const { clock, pass } = clockAt();
    clock.set(1);
    clock.freeze(true);
    clock.reset();
    pass(1);
    expect(clock.state()).toEqual({ now: START + 1, frozen: false, offsetMs: 0 });
  });

  it('never changes real time', () => {
    const act = fc.oneof(
      fc.record({ set: fc.integer() }),
      fc.record({ advance: fc.integer({ min: -1_000_000, max: 1_000_000 }) }),
      fc.record({ freeze: fc.boolean() }),
      fc.record({ pass: fc.nat(100_000) }),
    );
    fc.assert(
      fc.property(fc.array(act), acts => {
        const { clock, pass } = clockAt();
        let passed = 0;
        for (const step of acts) {
          if ('set' in step) clock.set(step.set);
          if ('advance' in step) clock.advance(step.advance);
          if ('freeze' in step) clock.freeze(step.freeze);
          if ('pass' in step) {
            pass(step.pass);
            passed += step.pass;
          }
          expect(clock.real()).toBe(START + passed);
          expect(clock.state().now - clock.real()).toBe(clock.state().offsetMs);
        }
      }),
    );
  });
});
