/** Committed files contain no download addresses and no paths of a developer's machine. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source.ts';

describe('the tree', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');

  it('keeps no download address in the lock file', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved":\s*"https?:/);
  });

  it('names no path of a machine', () => {
    const text = tracked.filter(file => /\.(ts|mjs|json|md|ya?ml|sh|tf|py)$/.test(file) && !file.includes('recorded/'));
    const found = text.filter(file =>
      /(^|[^A-Za-z0-9_.])\/(work|farm|root)\/[A-Za-z.]/m.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(found).toEqual([]);
  });
});
