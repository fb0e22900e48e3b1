import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../src/policy/', import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));

/** The file that loads the linter. */
const LOADER = 'lint/lint.ts';

describe('the evaluator is independent of its platform', () => {
  it.each(files)('%s imports nothing of the platform', name => {
    const source = readFileSync(new URL(name, folder), 'utf8');
    const imports = [...source.matchAll(/from '([^']+)'/g)].map(match => match[1] ?? '');
    expect(imports.filter(path => !path.startsWith('.'))).toEqual([]);
  });

  it.each(files)('%s uses no network, clock or randomness, and no regular expression built from a policy', name => {
    const source = readFileSync(new URL(name, folder), 'utf8');
    expect(source).not.toMatch(/\b(?:Buffer|process|require|fetch|setTimeout|Date\.now|Math\.random|crypto|RegExp)\b/);
    expect(source).not.toMatch(/new Date\(\)/);
  });

  it.each(files.filter(name => name !== LOADER))('%s is synchronous', name => {
    expect(readFileSync(new URL(name, folder), 'utf8')).not.toMatch(/\b(?:async|await|Promise)\b/);
  });
});
