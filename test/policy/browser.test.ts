import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../src/policy/', import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));

describe('the evaluator runs anywhere', () => {
  it.each(files)('%s asks nothing of its surroundings', name => {
    const source = readFileSync(new URL(name, folder), 'utf8');
    const imports = [...source.matchAll(/from '([^']+)'/g)].map(match => match[1] ?? '');
    expect(
      imports.filter(
        path =>
          !/^(?:\.\/|(?:\.\.\/)+(?:aws\/arn|kernel\/(?:json|text))\.ts$|\.\.\/[\w-]+\.ts$|\.\.\/explain\/)/.test(path),
      ),
    ).toEqual([]);
    // No wires, no clock, no chance, nothing asynchronous, and no pattern made of a policy's text.
    expect(source).not.toMatch(
      /\b(?:Buffer|process|require|fetch|async|await|Promise|setTimeout|Date\.now|Math\.random|crypto|RegExp)\b/,
    );
    expect(source).not.toMatch(/new Date\(\)/);
  });
});
