/** The text of fixes: lines for a terminal, in order. */
import { describe, expect, it } from 'vitest';
import type { Fix } from '../../src/policy/decision.ts';
import { fixLines, fixSummary, fixText, letsInOthers, NOTHING_KEEPS_OUT } from '../../src/policy/fix-text.ts';

const call: Fix = { side: 'caller', title: 'Change the call', sentence: 'Pass ExternalId "x1".', admits: [] };
const widening: Fix = {
  side: 'policy',
  title: 'Allow this caller as well',
  sentence: 'Statement 1: allow "b" as well in StringEquals sub.',
  admits: ['any pull request of o/r', 'any fork of o/r'],
  caution: 'Forks are not reviewed.',
  target: 'trust-policy',
  policy: 0,
  patch: [],
};

describe('the lines', () => {
  it('say who makes the change, what to change, whom it lets in and what to know before', () => {
    expect(fixLines(call)).toEqual(['[caller] Change the call: Pass ExternalId "x1".']);
    expect(fixLines(widening)).toEqual([
      '[policy] Allow this caller as well: Statement 1: allow "b" as well in StringEquals sub.',
      '  lets in: any pull request of o/r',
      '  lets in: any fork of o/r',
      '  caution: Forks are not reviewed.',
    ]);
  });

  it('of a decision keep the order of its fixes, and are labelled', () => {
    expect(fixText({ fixes: [call, widening] })).toEqual([
      'fix: [caller] Change the call: Pass ExternalId "x1".',
      'fix: [policy] Allow this caller as well: Statement 1: allow "b" as well in StringEquals sub.',
      '  lets in: any pull request of o/r',
      '  lets in: any fork of o/r',
      '  caution: Forks are not reviewed.',
    ]);
    expect(fixText({ fixes: [], narrow: [call] })).toEqual([
      'keep out: [caller] Change the call: Pass ExternalId "x1".',
    ]);
    expect(fixText({ fixes: [], narrow: [] })).toEqual([`keep out: ${NOTHING_KEEPS_OUT}`]);
    expect(fixText({ fixes: [] })).toEqual([]);
  });

  it('contain no control characters from a request', () => {
    const hostile = '\u001b[31m\u202e\n\u2028';
    const lines = fixText({
      fixes: [{ ...widening, sentence: hostile, title: hostile, admits: [hostile], caution: hostile }],
    });
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain('\\u{1b}[31m\\u{202e}\\u{a}\\u{2028}');
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
    expect(fixSummary({ ...call, sentence: hostile })).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
  });
});

it('a change lets in others when it admits somebody', () => {
  expect(letsInOthers(call)).toBe(false);
  expect(letsInOthers(widening)).toBe(true);
});
