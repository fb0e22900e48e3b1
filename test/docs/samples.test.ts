/** Code in the guides: each block is an exact part of an example, and the examples run. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Blocks under `<!-- examples/NAME.mjs -->`, with their page. */
const included = readdirSync(new URL('docs/guides', root)).flatMap(name =>
  [...read(`docs/guides/${name}`).matchAll(/<!-- (examples\/[a-z.-]+) -->\n+```js\n([\s\S]*?)```/g)].map(
    ([, example = '', block = '']) => ({ page: `docs/guides/${name}`, example, block }),
  ),
);

describe('code in the guides', () => {
  it.each(included)('$page quotes $example', ({ example, block }) => {
    expect(read(example)).toContain(block);
  });

  it('includes the clock and fault examples', () => {
    expect(included.map(({ example }) => example)).toEqual(
      expect.arrayContaining(['examples/clock.mjs', 'examples/faults.mjs']),
    );
  });
});

describe('the examples', () => {
  it.each(['clock', 'faults'])('%s.mjs runs', { timeout: 60_000 }, async name => {
    const example = new URL(`examples/${name}.mjs`, root).pathname;
    const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' };
    const { stdout } = await promisify(execFile)(process.execPath, [example], { env });
    expect(stdout.split('\n')).toHaveLength(2);
  });
});
