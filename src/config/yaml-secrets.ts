/** Aliases of a YAML text that are, most likely, secrets without their quotes: their names must not be told. */
import { createRequire } from 'node:module';
import type { Document } from 'yaml';

/** Whether the alias that begins at an offset is the value of a member with one of these names. */
export function aliasIsSecret(document: Document, at: number, names: ReadonlySet<string>): boolean {
  const { isAlias, visit } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  let isSecret = false;
  visit(document, {
    Pair(_, { key, value }) {
      if (isAlias(value) && value.range?.[0] === at && names.has(String(key))) isSecret = true;
    },
  });
  return isSecret;
}
