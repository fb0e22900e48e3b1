/** Reads src for the tests of this folder: files, imports, modules, lines of code. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src');

/** Every TypeScript file, by its path below src. */
export const files: readonly string[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.tsx?$/.test(name))
  .sort();

const texts = new Map(files.map(file => [file, readFileSync(join(SRC, file), 'utf8')]));

export const textOf = (file: string): string => texts.get(file) ?? '';

/** The module of a file or of an import: its first folder, or the file itself. */
export const moduleOf = (file: string): string => file.split('/')[0] ?? '';

/** Specifiers of a file's imports and re-exports, dynamic ones included. */
export const specifiersOf = (file: string): readonly string[] =>
  [...textOf(file).matchAll(/^(?:import|export)\b[^'"]*?(?:from\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gms)].map(
    match => match[1] ?? match[2] ?? '',
  );

/** The files of src that a file imports, by their paths relative to src; paths outside src begin with `..`. */
export const importsOf = (file: string): readonly string[] =>
  specifiersOf(file)
    .filter(target => target.startsWith('.'))
    .map(target => relative(SRC, resolve(SRC, dirname(file), target)));

/** Like `importsOf`, without imports of types only, which do not exist at run time. */
export const runtimeImportsOf = (file: string): readonly string[] => {
  const typesOnly = [...textOf(file).matchAll(/^(?:import|export) (type\b[^'"]*?|\{[^'"{}]*\}) from '([^']+)'/gms)]
    .filter(([, names = '']) => names.startsWith('type') || /^\{(?:\s*type \w+[^,]*,?)+\s*\}$/.test(names))
    .map(([, , target = '']) => relative(SRC, resolve(SRC, dirname(file), target)));
  return importsOf(file).filter(target => !typesOnly.includes(target));
};

/** Whether a file contains tables, by its folder or name. */
const isTable = (file: string): boolean =>
  /(^|\/)(data|presets|services|tables)\//.test(file) || /\.(data|table)\.ts$/.test(file);

/** Lines of code: without blank lines, comment lines and tables. */
export function codeLines(file: string): number {
  if (isTable(file)) return 0;
  let count = 0;
  let inComment = false;
  for (const line of textOf(file).split('\n')) {
    const text = line.trim();
    if (inComment) inComment = !text.includes('*/');
    else if (text.startsWith('/*')) inComment = !text.includes('*/');
    else if (text !== '' && !text.startsWith('//')) count++;
  }
  return count;
}

/** A cycle of a graph, with its first node repeated at the end; undefined if there is none. */
export function cycleIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
