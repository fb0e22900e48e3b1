import { describe, expect, it } from 'vitest';
import { evaluate, explain } from '../../../src/policy/index.ts';
import { adviceCases } from './advice-cases.ts';
import { deniedAction, isAllowedWith, policiesWith, shorthand } from './fix-support.ts';

describe('advice', () => {
  it.each(adviceCases.map(one => [one.story, one] as const))('%s', (_, one) => {
    const { request, policies, actions = [request.action], audiences } = one;
    const denied = deniedAction(request, policies, actions);
    const evaluation = evaluate({ ...request, action: denied }, policies);
    expect(evaluation.allowed).toBe(false);
    const { fixes, explanation } = explain(evaluation, {
      request: { ...request, action: denied },
      policies,
      actions,
      audiences,
    });
    const told = fixes.map(({ title, sentence }) => `${title}: ${sentence}`).join('\n');
    expect(fixes.map(shorthand).join(' '), told).toBe(one.fixes);
    for (const text of one.says) expect(told).toMatch(text);
    if (one.explains !== undefined) expect(explanation.join('\n')).toMatch(one.explains);
    if (one.never !== undefined) expect(JSON.stringify(fixes)).not.toMatch(one.never);
    if (one.admits !== undefined) expect(fixes.at(-1)?.admits.join('\n')).toMatch(one.admits);
    for (const fix of fixes) {
      expect(isAllowedWith(fix, request, policies, actions)).not.toBe(false);
      const after = policiesWith(fix, policies);
      const letIn = after === undefined ? [] : one.out.filter(outsider => evaluate(outsider, after).allowed);
      if (fix.title !== 'Allow this caller as well') expect(letIn).toEqual([]);
      if (letIn.length > 0) expect(fix.admits).not.toEqual([]);
    }
  });
});
