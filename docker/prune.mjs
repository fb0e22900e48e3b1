/** Removes files that are not needed at run time from the folders named as arguments: types, source maps, documentation, tests and browser builds of packages. */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const UNUSED_FILE = /\.(?:[cm]?ts|map|md|markdown|tsbuildinfo|min\.js|bc\.js|swf)$|^\.|^tsconfig.*\.json$/i;
const UNUSED_FOLDER = new Set([
  'test',
  'tests',
  'docs',
  'doc',
  'example',
  'examples',
  'benchmark',
  'benchmarks',
  'man',
]);
/** License files stay, whatever their extension: redistribution of the image must include them. */
const LICENSE = /^(?:licen[cs]e|notice|copying|authors)/i;

/** Whether a folder is the root of a package, so that `test` in it contains the package's tests and is not a module. */
function isPackage(folder) {
  const parent = basename(dirname(folder));
  return parent === 'node_modules' || parent.startsWith('@');
}

function prune(folder) {
  let removed = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const entry = lstatSync(path);
    if (entry.isDirectory()) {
      const isUnused = name === '.bin' || (isPackage(folder) && (UNUSED_FOLDER.has(name) || name.startsWith('.')));
      removed += isUnused ? remove(path) : prune(path);
    } else if (UNUSED_FILE.test(name) && !LICENSE.test(name)) {
      removed += entry.size;
      rmSync(path);
    }
  }
  if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
  return removed;
}

function remove(folder) {
  const bytes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const entry = lstatSync(join(folder, name));
    return sum + (entry.isFile() ? entry.size : 0);
  }, 0);
  rmSync(folder, { recursive: true });
  return bytes;
}

for (const folder of process.argv.slice(2)) console.log(`${folder}: ${prune(folder)} bytes removed`);
