import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../src/policy/', import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));

describe('the evaluator is independent of its platform', () => {
  it.each(files)('%s imports and uses nothing of the platform', name => {
    const source = readFileSync(new URL(name, folder), 'utf8');
    const imports = [...source.matchAll(/from '([^']+)'/g)].map(match => match[1] ?? '');
    expect(imports.filter(path => !path.startsWith('.'))).toEqual([]);
    expect(source).not.toMatch(/new Date\(\)/);
    // It loads the linter.
    if (name === 'lint/lint.ts') return;
    // No network, clock, randomness or asynchronous code, and no regular expression built from a policy.
    expect(source).not.toMatch(
      /\b(?:Buffer|process|require|fetch|async|await|Promise|setTimeout|Date\.now|Math\.random|crypto|RegExp)\b/,
    );
  });
});
