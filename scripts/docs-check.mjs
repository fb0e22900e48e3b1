/** `npm run docs:check`: checks that every link between the pages of this project has a target, anchors included. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const pages = [
  ...readdirSync(root).filter(name => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name)),
].toSorted();

/** The text without code blocks and inline code. */
const prose = text => text.replaceAll(/^```[^\n]*\n[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** Anchors of a page's headings, derived from their text as GitHub does. */
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

const problems = [];
let links = 0;
for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8');
  for (const [, target] of prose(text).matchAll(/\]\(([^()\s]+)\)/g)) {
    if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
    links++;
    const [path, anchor] = target.split('#', 2);
    const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
    if (!existsSync(file)) problems.push(`${page}: ${target}: ${relative(root, file)} does not exist`);
    else if (anchor && file.endsWith('.md') && !anchors(readFileSync(file, 'utf8')).has(anchor))
      problems.push(`${page}: ${target}: ${relative(root, file)} has no heading #${anchor}`);
  }
}
for (const page of pages.filter(name => name.startsWith('docs/') && name !== 'docs/README.md')) {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
  if (!index.includes(`(${relative('docs', page)})`)) problems.push(`docs/README.md has no link to ${page}`);
}

for (const problem of problems) console.error(problem);
console.log(`${links} links in ${pages.length} pages, ${problems.length} broken`);
process.exitCode = problems.length === 0 ? 0 : 1;
