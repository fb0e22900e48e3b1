/** Rules for the tests: no assertion is passed over, and a test that is skipped says why. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source.ts';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [member: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

const childrenOf = (node: Node): readonly Node[] => Object.values(node).flat().filter(isNode);

const isFunction = (node: Node): boolean => /Function/.test(node.type);

/** All nodes below a node; without those inside other functions, if `within` is set. */
function* below(node: Node, within = false): Generator<Node> {
  for (const child of childrenOf(node)) {
    yield child;
    if (!within || !isFunction(child)) yield* below(child, within);
  }
}

/** The names of a callee from the left: `it.each(rows)` and `it` give `it`. */
function calleeOf(node: Node): readonly string[] {
  const { callee, tag, object, property, name } = node;
  if (typeof name === 'string') return [name];
  if (isNode(object) && isNode(property)) return [...calleeOf(object), ...calleeOf(property)];
  const inner = callee ?? tag;
  return isNode(inner) ? calleeOf(inner) : [];
}

/** The parser has a type for each kind of node; these rules look at members that every node may have, so one type serves. */
const parseTest = (text: string): Node => parseAst(text, { lang: 'ts' }) as unknown as Node;

const ASSERTIONS = new Set(['expect', 'assert', 'it', 'test', 'describe']);

/** Lines in which a function returns without a value, although an assertion or a test follows in it. */
function earlyReturns(text: string): readonly string[] {
  if (!/\breturn;/.test(text)) return [];
  const program = parseTest(text);
  const functions = [program, ...below(program)].filter(isFunction);
  return functions.flatMap(node => {
    const checks = [...below(node)].filter(
      inner => inner.type === 'CallExpression' && ASSERTIONS.has(calleeOf(inner)[0] ?? ''),
    );
    return [...below(node, true)]
      .filter(inner => inner.type === 'ReturnStatement' && inner['argument'] === null)
      .filter(inner => checks.some(check => check.start > inner.start))
      .map(inner => `line ${text.slice(0, inner.start).split('\n').length}`);
  });
}

/** Tests that do not run, without a title that says why: `skipIf(absent !== '')(`name${absent}`)`. */
function silentSkips(text: string): readonly string[] {
  if (!/\.(skip|only|todo|fails|runIf|skipIf)\b/.test(text)) return [];
  const program = parseTest(text);
  const calls = [...below(program)].filter(
    node => node.type === 'CallExpression' && ['it', 'test', 'describe'].includes(calleeOf(node)[0] ?? ''),
  );
  const silent = calls.filter(node => {
    const names = calleeOf(node);
    if (names.some(name => ['skip', 'only', 'todo', 'fails', 'runIf'].includes(name))) return true;
    const { callee, arguments: given } = node;
    if (!names.includes('skipIf') || !isNode(callee) || callee.type !== 'CallExpression') return false;
    const [title] = given as readonly Node[];
    return title?.type !== 'TemplateLiteral' || (title['expressions'] as readonly Node[]).length === 0;
  });
  // `it.runIf(found)` and the call of its result begin at one place.
  return [...new Set(silent.map(node => text.slice(node.start).split('\n')[0] ?? ''))];
}

describe('the rules for tests', () => {
  it.each([
    ["it('a', () => { if (!ok) return; expect(1).toBe(1); });", 1],
    ["it('a', () => { for (const one of all) { if (one) return; } all.map(one => { expect(one).toBe(1); }); });", 1],
    ["describe('a', () => { if (!found) { it('b', () => expect(1).toBe(1)); return; } it('c', check); });", 1],
    ["it('a', () => { expect(1).toBe(1); if (ok) return; clean(); });", 0],
    ["it('a', () => { run(() => { if (ok) return; clean(); }); expect(1).toBe(1); });", 0],
    ['const first = list => { if (list.length === 0) return undefined; return expect(list[0]); };', 0],
  ])('find a return before an assertion in %s', (text, found) => {
    expect(earlyReturns(text)).toHaveLength(found);
  });

  it.each([
    ["it.skip('a', () => {});", 1],
    ["describe.only('a', () => {});", 1],
    ["it.runIf(found)('a', () => {});", 1],
    ["it.todo('a');", 1],
    ["it.skipIf(absent)('a', () => {});", 1],
    ['it.skipIf(absent)(`a`, () => {});', 1],
    ['it.skipIf(absent !== "")(`a${absent}`, () => {});', 0],
    ["it.each(rows)('a %s', () => {});", 0],
  ])('find a test that is skipped without a reason in %s', (text, found) => {
    expect(silentSkips(text)).toHaveLength(found);
  });
});

const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter(file => /\.ts$/.test(file));
const read = (file: string) => readFileSync(join(ROOT, 'test', file), 'utf8');

describe('the tests', () => {
  it('do not return before an assertion', () => {
    expect(tests.flatMap(file => earlyReturns(read(file)).map(line => `${file}, ${line}`))).toEqual([]);
  });

  it('are skipped only if their title says why', () => {
    expect(tests.flatMap(file => silentSkips(read(file)).map(line => `${file}: ${line}`))).toEqual([]);
  });
});
