/** Drops what a running program never reads from the folders named as arguments: types, maps, documents, packages' own tests and their builds for browsers. */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const UNREAD_FILE = /\.(?:[cm]?ts|map|md|markdown|tsbuildinfo|min\.js|bc\.js|swf)$|^\.|^tsconfig.*\.json$/i;
const UNREAD_FOLDER = new Set([
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
/** Licences stay whatever their ending is: whoever hands the image on hands on their terms. */
const LICENCE = /^(?:licen[cs]e|notice|copying|authors)/i;

/** Whether a folder is a package's own, so that `test` in it is its tests and not a module of that name. */
function isPackage(folder) {
  const parent = basename(dirname(folder));
  return parent === 'node_modules' || parent.startsWith('@');
}

function prune(folder) {
  let dropped = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const entry = lstatSync(path);
    if (entry.isDirectory()) {
      const unread = name === '.bin' || (isPackage(folder) && (UNREAD_FOLDER.has(name) || name.startsWith('.')));
      dropped += unread ? remove(path) : prune(path);
    } else if (UNREAD_FILE.test(name) && !LICENCE.test(name)) {
      dropped += entry.size;
      rmSync(path);
    }
  }
  if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
  return dropped;
}

function remove(folder) {
  const bytes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const entry = lstatSync(join(folder, name));
    return sum + (entry.isFile() ? entry.size : 0);
  }, 0);
  rmSync(folder, { recursive: true });
  return bytes;
}

for (const folder of process.argv.slice(2)) console.log(`${folder}: ${prune(folder)} bytes dropped`);
