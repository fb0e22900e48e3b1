/** Copies the data files of src/ (`*.data.json`) beside the built code that reads them. */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.data.json'));
for (const file of files) {
  const target = join('dist', file);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join('src', file), target);
}
