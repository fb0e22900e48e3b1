/** Rules for each source file: a header sentence, a limited length, a single purpose. */
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/idp/presets.ts';
import { MODULES } from './layers.ts';
import { codeLines, files, moduleOf, textOf } from './source.ts';

describe('files', () => {
  it.each(files)('%s begins with a sentence that says what it is for', file => {
    expect(textOf(file).replace(/^#!.*\n/, '')).toMatch(/^\/\*\*/);
  });

  it('a constant table by text has no prototype: `table()` makes it, or it is a Map', () => {
    const literal = /^(?:export )?const (\w+): (?:Readonly<)?Record<string, .*> = \{/gm;
    const found = files.flatMap(file => [...textOf(file).matchAll(literal)].map(([, name]) => `${file}: ${name}`));
    expect(found).toEqual([]);
  });

  it('no preset is named outside its row', () => {
    const ids = PRESETS.map(({ id }) => id).join('|');
    const named = new RegExp(`^(?! *(?://|\\*|/\\*)).*['"\`](?:${ids})['"\`]`, 'm');
    expect(named.test("  if (preset.id === 'github-actions') return;")).toBe(true);
    expect(files.filter(file => !file.startsWith('idp/presets/') && named.test(textOf(file)))).toEqual([]);
  });

  it('none is a collection of helpers', () => {
    expect(files.filter(file => /(^|\/)(utils?|helpers?|common|misc)(\.ts|\/)/.test(file))).toEqual([]);
  });

  it('only the kernel reads time, randomness or the system clock', () => {
    const found = files.filter(
      file =>
        moduleOf(file) !== 'kernel' &&
        /\bDate\.now\(|\bMath\.random\(|\brandomUUID\(|\bnew Date\(\)/.test(textOf(file)),
    );
    expect(found).toEqual([]);
  });

  it('no comment cites a file that is not in the repository', () => {
    const foreign = /\b(?:aws-behaviour|addenda|DESIGN|WORDS)(?:\.md)?\b/;
    expect(files.filter(file => foreign.test(textOf(file)))).toEqual([]);
  });
});

/** Lines of code, without blank lines, comment lines and tables. */
const MAX_IN_MODULE = 10_000;
const MAX_IN_FOLDER = 3500;

describe('sizes', () => {
  it.each(Object.keys(MODULES))(`%s has at most ${MAX_IN_MODULE} lines with its folders`, name => {
    const lines = files.filter(file => moduleOf(file) === name).map(codeLines);
    expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(MAX_IN_MODULE);
  });

  it(`no folder by itself has more than ${MAX_IN_FOLDER} lines`, () => {
    const folders = new Map<string, number>();
    for (const file of files) {
      const folder = file.split('/').slice(0, -1).join('/');
      folders.set(folder, (folders.get(folder) ?? 0) + codeLines(file));
    }
    expect([...folders].filter(([, lines]) => lines > MAX_IN_FOLDER)).toEqual([]);
  });

  it('the median file has 80 to 120 lines', () => {
    const lines = files.map(file => textOf(file).split('\n').length - 1).sort((one, other) => one - other);
    const median = lines[Math.floor(lines.length / 2)] ?? 0;
    expect([median >= 80, median <= 120]).toEqual([true, true]);
  });
});
