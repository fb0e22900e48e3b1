/** Helpers: nearest names, templates and their inverse, JSON of requests, paths of protocols. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchPath } from '../../src/idp/ci/protocol.ts';
import { nearestName } from '../../src/idp/idp-problem.ts';
import { merge, readJson } from '../../src/idp/json.ts';
import { fill, unfill } from '../../src/idp/presets/row.ts';
import { pointer } from '../../src/kernel/json.ts';

describe('the nearest name', () => {
  const names = ['github-actions', 'gitlab-ci', 'expired', 'Alpha'];
  it.each([
    ['github-acitons', 'github-actions'],
    ['gitlab', 'gitlab-ci'],
    ['EXPIRED', 'expired'],
    ['alpha', 'Alpha'],
    ['zzz', undefined],
    ['x'.repeat(1000), undefined],
  ])('for %s is %s', (written, name) => {
    expect(nearestName(written, new Set(names).values())).toBe(name);
  });
});

describe('templates', () => {
  it.each([
    ['https://${host}/id/${id}', 'https://a.b/id/X', { host: 'a.b', id: 'X' }],
    ['${base}/oidc', 'https://a/b/oidc', { base: 'https://a/b' }],
    ['https://x/${tenant}/', 'https://x/t/', { tenant: 't' }],
    ['https://x', 'https://x', {}],
    ['https://x/${tenant}', 'https://y/t', undefined],
    ['https://x/${tenant}', 'https://x/', undefined],
    ['https://${a}.x/', 'https://p/q.x/', undefined],
  ])('%s from %s', (template, filled, values) => {
    const found = unfill(template, filled);
    expect(found && Object.fromEntries(found)).toEqual(values);
  });

  it('fill is the inverse of unfill', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(word, word, (region, id) => {
        const template = 'https://oidc.eks.${region}.amazonaws.com/id/${id}';
        const filled = fill(template, name => (name === 'region' ? region : id));
        expect(Object.fromEntries(unfill(template, filled) ?? [])).toEqual({ region, id });
      }),
    );
  });

  it('leaves an unclosed placeholder unchanged', () => {
    expect(fill('a${b', () => 'x')).toBe('a${b');
  });
});

describe('JSON of requests', () => {
  it('is the same JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(JSON.stringify(readJson(value, ''))).toBe(JSON.stringify(value));
      }),
    );
  });

  it.each([[undefined], [() => 1], [Number.NaN], [Number.POSITIVE_INFINITY], [1n], [Symbol('x')]])(
    'refuses %s',
    value => {
      expect(() => readJson([value], '/x')).toThrow(expect.objectContaining({ code: 'wrong-type', path: '/x/0' }));
    },
  );

  it('is merged member by member, and only objects are', () => {
    expect(merge({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: 3 }, d: [2] })).toEqual({ a: { b: 3, c: 2 }, d: [2] });
    expect(merge({ a: 1 }, 'x')).toBe('x');
  });

  it('creates JSON Pointers (RFC 6901)', () => {
    expect(pointer('claims', 'a/b~c', 0)).toBe('/claims/a~1b~0c/0');
  });
});

describe('paths of protocols', () => {
  it.each([
    ['/jobs/:job/oidc/tokens', '/jobs/1/oidc/tokens', { job: '1' }],
    ['/jobs/:job', '/jobs/a%2Fb', { job: 'a/b' }],
    ['/jobs/:job', '/jobs/%zz', { job: '%zz' }],
    ['/jobs/:job', '/jobs/', undefined],
    ['/jobs/:job', '/jobs/1/2', undefined],
    ['/a', '/b', undefined],
  ])('%s at %s', (pattern, path, values) => {
    const found = matchPath(pattern, path);
    expect(found && { ...found }).toEqual(values);
  });
});
