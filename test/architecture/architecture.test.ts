/** The house rules that a machine can keep: arrows point down, no circles, file heads, sizes, and a clean tree. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src');

/** What each room may import of ours (DESIGN: floors). A room may always import itself. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  config: ['kernel'],
  xml: ['kernel'],
  aws: ['kernel'],
  store: ['kernel'],
  'iam/policy': ['aws'],
  iam: ['aws', 'store', 'xml', 'kernel', 'iam/policy'],
  idp: ['store', 'xml', 'kernel'],
  gateway: ['aws'],
  sts: ['iam', 'iam/policy', 'aws', 'store', 'xml', 'kernel'],
  cloudtrail: ['iam', 'iam/policy', 'aws', 'store', 'kernel'],
  console: ['iam/policy'],
  server: ['aws', 'iam', 'iam/policy', 'idp', 'sts', 'cloudtrail', 'gateway', 'store', 'config', 'kernel'],
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name));

/** The room of a file below src/: the longest named folder, or the file itself for those at the top. */
function roomOf(file: string): string {
  const folders = file.split('/').slice(0, -1);
  if (folders[0] === 'iam' && folders[1] === 'policy') return 'iam/policy';
  return folders[0] ?? 'top';
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(SRC, file), 'utf8');
  return [...source.matchAll(/^(?:import|export)[^'"]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)/gms)].map(
    match => match[1] ?? match[2] ?? '',
  );
}

const graph = new Map(
  files.map(file => [
    file,
    importsOf(file)
      .filter(target => target.startsWith('.'))
      .map(target => relative(SRC, resolve(SRC, dirname(file), target))),
  ]),
);

describe('floors', () => {
  it.each(files.filter(file => roomOf(file) in FLOORS))('%s imports downwards', file => {
    const room = roomOf(file);
    const allowed = FLOORS[room] ?? [];
    const bad = (graph.get(file) ?? []).filter(target => {
      const other = roomOf(target);
      return target.startsWith('..') ? !target.endsWith('package.json') : other !== room && !allowed.includes(other);
    });
    expect(bad).toEqual([]);
  });

  it('the evaluator imports of aws nothing but arn, and no node built-in', () => {
    const policy = files.filter(file => roomOf(file) === 'iam/policy');
    const outside = policy.flatMap(file => importsOf(file).filter(target => !target.startsWith('./')));
    expect(outside.filter(target => !/^(\.\.\/)+aws\/arn\.ts$/.test(target) && !target.startsWith('../'))).toEqual([]);
    const builtIns = new Set(builtinModules);
    expect(outside.filter(target => target.startsWith('node:') || builtIns.has(target))).toEqual([]);
  });

  it('fastify stands at the rim only', () => {
    const rim = /^(server\/|idp\/(routes|types|ci\/|grants\/|.*routes)|gateway\/routes|emulator\.ts)/;
    const found = files.filter(file => importsOf(file).some(target => /^@?fastify(\/|$)/.test(target)));
    expect(found.filter(file => !rim.test(file))).toEqual([]);
  });

  it('has no import circle', () => {
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return undefined;
      for (const target of graph.get(file) ?? []) {
        const circle = walk(target, [...path, file]);
        if (circle !== undefined) return circle;
      }
      done.add(file);
      return undefined;
    };
    for (const file of files) expect(walk(file, [])).toBeUndefined();
  });
});

describe('files', () => {
  it.each(files)('%s begins with a sentence that says what it is for', file => {
    const source = readFileSync(join(SRC, file), 'utf8').replace(/^#!.*\n/, '');
    expect(source).toMatch(/^\/\*\*/);
  });

  it('a constant table by text has no prototype: `table()` makes it, or it is a Map', () => {
    const literal = /^(?:export )?const (\w+): (?:Readonly<)?Record<string, .*> = \{/gm;
    const found = files.flatMap(file =>
      [...readFileSync(join(SRC, file), 'utf8').matchAll(literal)].map(([, name]) => `${file}: ${name}`),
    );
    expect(found).toEqual([]);
  });

  it('none is a drawer', () => {
    expect(files.filter(file => /(^|\/)(utils?|helpers?|common|misc)(\.ts|\/)/.test(file))).toEqual([]);
  });

  it('only the kernel asks for time, chance or the system clock', () => {
    const asking = files.filter(file => {
      if (roomOf(file) === 'kernel') return false;
      const code = readFileSync(join(SRC, file), 'utf8');
      return /\bDate\.now\(|\bMath\.random\(|\brandomUUID\(|\bnew Date\(\)/.test(code);
    });
    expect(asking).toEqual([]);
  });
});

describe('the tree', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');

  it('keeps no download address in the lock file', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved":\s*"https?:/);
  });

  it('names no path of a machine', () => {
    const text = tracked.filter(file => /\.(ts|mjs|json|md|ya?ml|sh|tf|py)$/.test(file) && !file.includes('recorded/'));
    const found = text.filter(file =>
      /(^|[^A-Za-z0-9_.])\/(work|farm|root)\/[A-Za-z.]/m.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(found).toEqual([]);
  });
});
