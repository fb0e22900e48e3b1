/** The console's first load has neither the linter's rules nor the table of services; they are files of their own. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const built = new URL('../../dist/console/', import.meta.url);
const page = readFileSync(new URL('index.html', built), 'utf8');
const textOf = (name: string): string => readFileSync(new URL(`assets/${name}`, built), 'utf8');

it.each([
  ['a code of the linter', 'unknown-service-principal'],
  ['an action of the table', 'h0ContainerizationJob'],
])('%s is not in the scripts that the page loads', (_, text) => {
  const contains = (name: string): boolean => new RegExp(text).test(textOf(name));
  const scripts = readdirSync(new URL('assets/', built)).filter(name => name.endsWith('.js'));
  expect(scripts.filter(contains)).toHaveLength(1);
  expect(scripts.filter(name => page.includes(name) && contains(name))).toEqual([]);
  expect(scripts.some(name => page.includes(name))).toBe(true);
});
