/** A module imports only from lower layers. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allowed, EDGE, MODULES, PUBLIC_FILES } from './layers.ts';
import { cycleIn, files, importsOf, moduleOf, ROOT, specifiersOf } from './source.ts';

const names = Object.keys(MODULES);

describe('layers', () => {
  it('every file and folder of src has its layer', () => {
    expect([...new Set(files.map(moduleOf))].sort()).toEqual(names.toSorted());
  });

  it.each(names)('%s imports lower layers only', name => {
    const may = new Set([name, ...allowed(name)]);
    const wrong = files
      .filter(file => moduleOf(file) === name)
      .flatMap(file => importsOf(file).map(target => ({ file, target })))
      .filter(({ target }) => (target.startsWith('..') ? target !== '../package.json' : !may.has(moduleOf(target))));
    expect(wrong).toEqual([]);
  });

  it.each(Object.keys(PUBLIC_FILES))('%s imports public files only where a module has such', name => {
    const wrong = files
      .filter(file => moduleOf(file) === name)
      .flatMap(importsOf)
      .filter(target => PUBLIC_FILES[name]?.[moduleOf(target)]?.includes(target) === false);
    expect(wrong).toEqual([]);
  });

  it('sts imports nothing of iam', () => {
    const found = files.filter(file => moduleOf(file) === 'sts').flatMap(importsOf);
    expect(found.filter(target => moduleOf(target) === 'iam')).toEqual([]);
  });

  it.each(['policy', 'console'])('%s runs in a browser: no built-in module of Node', name => {
    const builtIns = new Set(builtinModules);
    const found = files.filter(file => moduleOf(file) === name).flatMap(specifiersOf);
    expect(found.filter(target => target.startsWith('node:') || builtIns.has(target))).toEqual([]);
  });

  it('fastify is imported at the edge only', () => {
    const found = files.filter(file => specifiersOf(file).some(target => /^@?fastify(\/|$)/.test(target)));
    expect(found.filter(file => !EDGE.test(file))).toEqual([]);
  });
});

describe('cycles', () => {
  it('there is none between modules', () => {
    const graph = new Map<string, string[]>();
    for (const file of files) {
      const targets = importsOf(file).map(moduleOf);
      graph.set(moduleOf(file), [...(graph.get(moduleOf(file)) ?? []), ...targets]);
    }
    for (const [name, targets] of graph) {
      graph.set(
        name,
        targets.filter(target => target !== name && target !== '..'),
      );
    }
    expect(cycleIn(graph)).toBeUndefined();
  });

  it('there is none between files', () => {
    expect(cycleIn(new Map(files.map(file => [file, importsOf(file)])))).toBeUndefined();
  });

  it('a cycle is found where one is', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(cycleIn(graph)).toEqual(['b', 'c', 'b']);
  });
});

interface Override {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: {
      readonly style?: {
        readonly noRestrictedImports?: {
          readonly options: {
            readonly patterns: readonly { readonly group: readonly string[]; readonly message: string }[];
          };
        };
      };
    };
  };
}

describe('biome.json', () => {
  const { overrides } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as { overrides: Override[] };

  it.each(names)('rejects imports that %s may not have, and states the reason', name => {
    const path = name.endsWith('.ts') ? `src/${name}` : `src/${name}/**`;
    const rules = overrides.find(({ includes }) => includes[0] === path)?.linter.rules.style?.noRestrictedImports;
    const [layer] = rules?.options.patterns ?? [];
    const may = new Set([name, ...allowed(name)]);
    const refused = names
      .filter(other => !may.has(other))
      .map(other => (other.endsWith('.ts') ? other : `${other}/**`));
    const group = refused.map(other => `**/${other}`).sort();
    // The entry points of the evaluator and of the package have the same file name.
    if (may.has('policy') && group.includes('**/index.ts')) group.push('!**/policy/index.ts');
    expect(layer).toEqual({ group, message: MODULES[name]?.why });
  });
});
