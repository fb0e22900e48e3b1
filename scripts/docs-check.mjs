/** `npm run docs:check`: every link between the pages of this project leads somewhere, headings included. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const pages = [
  ...readdirSync(root).filter(name => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name)),
].toSorted();

/** The text without what stands in code. */
const prose = text => text.replaceAll(/^```[^\n]*\n[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** Ids of a page's headings, as they are made of their words. */
function anchors(text) {
  const headings = text.replaceAll(/^```[^\n]*\n[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} +(.+)$/gm);
  const slugs = [...headings].map(([, words]) =>
    words
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(slugs);
}

const faults = [];
let links = 0;
for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8');
  for (const [, target] of prose(text).matchAll(/\]\(([^()\s]+)\)/g)) {
    if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
    links++;
    const [path, anchor] = target.split('#', 2);
    const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
    if (!existsSync(file)) faults.push(`${page}: ${target}: there is no ${relative(root, file)}`);
    else if (anchor && file.endsWith('.md') && !anchors(readFileSync(file, 'utf8')).has(anchor))
      faults.push(`${page}: ${target}: ${relative(root, file)} has no heading of that name`);
  }
}
for (const page of pages.filter(name => name.startsWith('docs/') && name !== 'docs/README.md')) {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
  if (!index.includes(`(${relative('docs', page)})`)) faults.push(`docs/README.md does not lead to ${page}`);
}

for (const fault of faults) console.error(fault);
console.log(`${links} links in ${pages.length} pages, ${faults.length} lead nowhere`);
process.exitCode = faults.length === 0 ? 0 : 1;
