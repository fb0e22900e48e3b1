/** Every lesson is broken as it begins, solved by its own solution, and by nothing that simply opens the door. */
import { describe, expect, it } from 'vitest';
import { check, solutionOf, startOf } from '../../src/console/lessons/lesson.ts';
import { lessons } from '../../src/console/lessons/lessons.ts';

describe('the lessons', () => {
  it('are at least fifteen, each with a name of its own', () => {
    expect(lessons.length).toBeGreaterThanOrEqual(15);
    expect(new Set(lessons.map(lesson => lesson.id)).size).toBe(lessons.length);
  });

  it('hold the failures that people really have', () => {
    expect(lessons.map(lesson => lesson.id)).toEqual(
      expect.arrayContaining([
        'typo-in-the-repository',
        'id-token-write',
        'pull-request-subject',
        'environment-subject',
        'missing-audience',
        'wrong-provider-arn',
        'wildcard-in-string-equals',
        'for-all-values-absent',
        'job-workflow-ref',
        'immutable-subjects',
        'irsa-service-account',
        'gitlab-custom-audience',
        'external-id',
        'role-chaining',
        'session-policy',
        'cross-account',
        'role-name-one-letter',
        'branch-that-pushes',
        'audience-as-a-url',
      ]),
    );
  });

  it.each(lessons)('$id is not solved as it begins', lesson => {
    expect(check(lesson, startOf(lesson)).solved).toBe(false);
  });

  it.each(lessons)('$id is solved by its solution', lesson => {
    const { cases, refused } = check(lesson, solutionOf(lesson));
    expect(cases.filter(one => !one.ok).map(one => `${one.title}: ${one.judgement.explanation.join(' ')}`)).toEqual([]);
    expect(refused).toEqual({});
  });

  it.each(lessons)('$id explains every refusal', lesson => {
    const refused = check(lesson, startOf(lesson)).cases.filter(one => !one.judgement.allowed);
    for (const { judgement } of refused) expect(judgement.explanation).not.toEqual([]);
  });

  it.each(lessons.filter(lesson => lesson.parts.some(part => part.kind === 'trust')))(
    '$id is not solved by a policy without conditions, nor by no policy',
    lesson => {
      const solution = solutionOf(lesson);
      for (const { id, kind } of lesson.parts) {
        if (kind !== 'trust') continue;
        const document = JSON.parse(solution[id] ?? '') as { Statement: Record<string, unknown>[] };
        const [{ Condition: _, ...open } = {}] = document.Statement;
        const texts = [JSON.stringify({ ...document, Statement: [open] }), '', '{', 'null', '[]'];
        for (const text of lesson.id === 'cross-account' ? texts.slice(1) : texts) {
          expect(check(lesson, { ...solution, [id]: text }).solved, text).toBe(false);
        }
      }
    },
  );
});
