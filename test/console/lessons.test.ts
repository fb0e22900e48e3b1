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

  it.each(lessons.filter(lesson => lesson.parts.some(part => part.kind === 'trust')))(
    '$id is not solved by a policy that is wider than it need be',
    lesson => {
      const solution = solutionOf(lesson);
      const solving = lesson.parts
        .filter(part => part.kind === 'trust')
        .flatMap(({ id }) => widened(solution[id] ?? '').map(text => ({ ...solution, [id]: text })))
        .filter(texts => check(lesson, texts).solved);
      expect(solving).toEqual([]);
    },
  );
});

interface Trust {
  readonly Statement: readonly [{ readonly Condition?: Conditions }];
}
type Conditions = Record<string, Record<string, string>>;

/** Words of a subject that stand in every subject of its kind: a wildcard in their place lets nobody else in. */
const FIXED = new Set([
  'repo',
  'ref',
  'refs',
  'heads',
  'environment',
  'project_path',
  'ref_type',
  'system',
  'serviceaccount',
  '.github',
  'workflows',
]);

/** The policy with each condition taken away, and with each word of its values, or all from there on, replaced by a wildcard. */
function widened(policy: string): readonly string[] {
  const { Condition: conditions = {} } = (JSON.parse(policy) as Trust).Statement[0];
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys)
      // The provider checks the audience too.
      .filter(([key]) => !key.endsWith(':aud'))
      .flatMap(([key, value]) => {
        const without = JSON.parse(policy) as Trust;
        const condition = without.Statement[0].Condition;
        delete condition?.[operator]?.[key];
        const wildcards = wider(value).map(wide => {
          const document = structuredClone(without);
          Object.assign(document.Statement[0].Condition ?? {}, {
            StringLike: { ...condition?.['StringLike'], [key]: wide },
          });
          return JSON.stringify(document);
        });
        return [JSON.stringify(without), ...wildcards];
      }),
  );
}

/** An id after an @ is nobody else's, whatever name stands before it. */
function wider(value: string): readonly string[] {
  const words = value.split(/([:/]|(?<=@)\w+)/);
  return words.flatMap((word, at) =>
    /^[:/*]?$/.test(word) || word.endsWith('@') || FIXED.has(word)
      ? []
      : [[...words.slice(0, at), '*', ...words.slice(at + 1)].join(''), [...words.slice(0, at), '*'].join('')],
  );
}
