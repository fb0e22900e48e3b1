/** Commands that users copy do not open ports to the network: docs, examples and snippets publish ports on loopback only. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** Port mappings in a text: the values of `-p` and `--publish` that map a port, the items of `ports:`, and host networking. */
function published(text: string): readonly string[] {
  const flags = [...text.matchAll(/(?:^|\s)(?:-p|--publish)[ =]+["']?([^\s"'`)]*:\d+[^\s"'`)]*)/gm)];
  const inline = [...text.matchAll(/\bports:\s*\[([^\]]*)\]/g)].flatMap(([, list = '']) => list.split(','));
  const blocks = [...text.matchAll(/\bports:[ \t]*\n((?:[ \t]*(?:#.*|- .*)\n?)+)/g)].flatMap(([, items = '']) =>
    [...items.matchAll(/^[ \t]*- (.*)$/gm)].map(([, item = '']) => item),
  );
  const everywhere = [...text.matchAll(/--publish-all|\brun\b.*(--net(?:work)?[ =]host)|network_mode:\s*["']?host/g)];
  const values = [...flags.map(([, value = '']) => value), ...inline, ...blocks];
  return [
    ...values.map(value => value.trim().replace(/^["']|["']$/g, '')),
    ...everywhere.map(([flag, inRun]) => inRun ?? flag),
  ];
}

const isLoopback = (mapping: string): boolean => /^(?:127\.0\.0\.1|\[::1\]):/.test(mapping);

describe('published ports', () => {
  it.each<[string, readonly string[]]>([
    ['docker run --rm -p 4592:4592 rolecall', ['4592:4592']],
    ['docker run --publish=4592:4592 rolecall', ['4592:4592']],
    ['docker run -p "127.0.0.1:4592:4592" rolecall', ['127.0.0.1:4592:4592']],
    ["ports: ['4592:4592', 4593:4593]", ['4592:4592', '4593:4593']],
    ['ports:\n  # HTTP\n  - "4592:4592"\n  - 4593\nnext: 1', ['4592:4592', '4593']],
    ['docker run --network host rolecall', ['--network host']],
    ['docker build --network host .', []],
    ['mkdir -p /tmp/x && rolecall start -p 4592', []],
    ['exports: [x]', []],
  ])('of %j', (text, found) => {
    expect(published(text)).toEqual(found);
  });
});

describe('files of the repository', () => {
  const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  const texts = files
    .filter(file => /(?:\.(?:md|ya?ml|sh|mjs|js|ts|tsx|json|tf|py)|Dockerfile|\/run)$/.test(file))
    .filter(file => !/package-lock|\.data\.json$|recorded\/|ports\.test\.ts$/.test(file))
    .map(file => ({ file, mappings: published(readFileSync(join(ROOT, file), 'utf8')) }));

  it('publish ports on loopback only', () => {
    const open = texts.flatMap(({ file, mappings }) =>
      mappings.filter(mapping => !isLoopback(mapping)).map(mapping => `${file}: ${mapping}`),
    );
    expect(open).toEqual([]);
  });

  it('include the container guide, the compose file and the container test', () => {
    const with127 = texts.filter(({ mappings }) => mappings.length > 0).map(({ file }) => file);
    expect(with127).toEqual(
      expect.arrayContaining(['docs/container.md', 'docs/teaching.md', 'docker/compose.yaml', 'docker/ci.sh']),
    );
  });
});
