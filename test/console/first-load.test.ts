/** The console has neither the linter's rules nor the table of services: it asks the server. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const built = new URL('../../dist/console/', import.meta.url);
const textOf = (name: string): string => readFileSync(new URL(`assets/${name}`, built), 'utf8');

it.each([
  ['a code of the linter', 'unknown-service-principal'],
  ['an action of the table', 'h0ContainerizationJob'],
])('%s is in no script of the page', (_, text) => {
  const contains = (name: string): boolean => new RegExp(text).test(textOf(name));
  const scripts = readdirSync(new URL('assets/', built)).filter(name => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter(contains)).toEqual([]);
});
