/** Keeps docs/reference/presets.md equal to the table of presets. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { presetTable } from './preset-table.ts';

const FILE = new URL('../../docs/reference/presets.md', import.meta.url);

it('docs/reference/presets.md matches the table (UPDATE_DOCS=1 regenerates it)', () => {
  if (process.env['UPDATE_DOCS'] !== undefined) {
    mkdirSync(new URL('.', FILE), { recursive: true });
    writeFileSync(FILE, presetTable());
  }
  expect(readFileSync(FILE, 'utf8')).toBe(presetTable());
});
