/** docs/reference/lint.md lists every code of the linter's rules, with its severities. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { lintRules } from '../../src/policy/lint/lint-rules.ts';

it('lint.md lists the rules', () => {
  const page = readFileSync(new URL('../../docs/reference/lint.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z-]+)` \| ([a-z, ]+) \|/gm)].map(
    ([, code, severity]) => `${code}: ${severity}`,
  );
  const severities = new Map<string, Set<string>>();
  for (const { code, severity } of lintRules) severities.set(code, (severities.get(code) ?? new Set()).add(severity));
  const rules = [...severities].map(([code, set]) => `${code}: ${[...set].toSorted().join(', ')}`);
  expect(listed.toSorted()).toEqual(rules.toSorted());
});
