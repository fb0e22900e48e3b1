/** Every lesson is unsolved at the start, solved by its solution, and not solved by a policy that is too wide. */
import { describe, expect, it } from 'vitest';
import { lessons } from '../../src/console/lessons/catalog.ts';
import { check, solutionOf, startOf } from '../../src/console/lessons/lesson.ts';

describe('the lessons', () => {
  it('are at least fifteen, with unique IDs', () => {
    expect(lessons.length).toBeGreaterThanOrEqual(15);
    expect(new Set(lessons.map(lesson => lesson.id)).size).toBe(lessons.length);
  });

  it('cover the common errors', () => {
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

  it.each(lessons)('$id is unsolved at the start', lesson => {
    expect(check(lesson, startOf(lesson)).solved).toBe(false);
  });

  it.each(lessons)('$id is solved by its solution', lesson => {
    const { cases, policyErrors } = check(lesson, solutionOf(lesson));
    expect(cases.filter(one => !one.ok).map(one => `${one.title}: ${one.decision.explanation.join(' ')}`)).toEqual([]);
    expect(policyErrors).toEqual({});
  });

  it.each(lessons)('$id explains every denial', lesson => {
    const deniedCases = check(lesson, startOf(lesson)).cases.filter(one => !one.decision.allowed);
    for (const { decision } of deniedCases) expect(decision.explanation).not.toEqual([]);
  });

  it.each(lessons.filter(lesson => lesson.parts.some(part => part.kind === 'trust')))(
    '$id is not solved by a policy without conditions or by an invalid policy',
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
    '$id is not solved by a policy that is wider than necessary',
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

/** Words that every subject of a kind contains: a wildcard in their place allows no other caller. */
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

/** The policy without each condition, and with each word of its values, or the rest of the value, replaced by a wildcard. */
function widened(policy: string): readonly string[] {
  const { Condition: conditions = {} } = (JSON.parse(policy) as Trust).Statement[0];
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys)
      // The provider also checks the audience.
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

/** Widens each word, except IDs after an @ and the names before them: an ID is unique. */
function wider(value: string): readonly string[] {
  const words = value.split(/([:/]|(?<=@)\w+)/);
  return words.flatMap((word, at) =>
    /^[:/*]?$/.test(word) || word.endsWith('@') || FIXED.has(word)
      ? []
      : [[...words.slice(0, at), '*', ...words.slice(at + 1)].join(''), [...words.slice(0, at), '*'].join('')],
  );
}
