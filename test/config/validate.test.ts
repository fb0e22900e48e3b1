/** Errors of a value: at most 100 are reported, and a value with more errors is still rejected. */
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../src/config/schema.ts';
import { validateValue } from '../../src/config/validate.ts';
import { State } from '../../src/server/control/schemas.ts';
import { processorMs } from '../support/processor-time.ts';

const named = (count: number, value: unknown = 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, value]));
const account = (settings: unknown) => ({ accounts: { '000000000000': settings } });

describe('many errors', () => {
  it.each([
    ['101 unknown keys', named(101), '/k0', 'unknown key "k0"; known keys: accounts, organization, issuers'],
    ['100,000 unknown keys', named(100_000), '/k0', 'unknown key "k0"; known keys: accounts, organization, issuers'],
    [
      '100,000 names of accounts',
      { accounts: named(100_000) },
      '/accounts/k0',
      'unknown key "k0"; keys must match ^[0-9]{12}$',
    ],
    ['100,000 wrong issuers', { issuers: named(100_000) }, '/issuers/k0', 'must be object'],
    [
      '100,000 wrong roles',
      account({ roles: Array(100_000).fill(1) }),
      '/accounts/000000000000/roles/0',
      'must be object',
    ],
    [
      '100,000 empty roles',
      account({ roles: Array(100_000).fill({}) }),
      '/accounts/000000000000/roles/0/name',
      '"name" is required',
    ],
    [
      'a million wrong audiences',
      account({ oidcProviders: [{ url: 'https://a.example', clientIds: Array(1_000_000).fill(1) }] }),
      '/accounts/000000000000/oidcProviders/0/clientIds/0',
      'must be string',
    ],
  ])('%s are reported as 100 problems', (_, value, path, message) => {
    const problems = validateValue(State, value);
    expect(problems).toHaveLength(100);
    expect(problems[0]).toEqual({ path, message });
    expect(processorMs(() => validateValue(State, value))).toBeLessThan(1500);
  });

  it('are limited for the configuration too', () => {
    expect(validateValue(ConfigSchema, named(150))).toHaveLength(100);
  });
});

describe('few errors', () => {
  it('are all reported, each with its path', () => {
    const value = {
      ...account({ roles: [{ trust: 5, tags: { a: 1 }, pth: '/' }], users: {} }),
      organisation: {},
      issuers: { a: { alg: 1 } },
    };
    expect(validateValue(State, value)).toEqual([
      {
        path: '/organisation',
        message: 'unknown key "organisation"; did you mean "organization"?',
        suggestion: 'organization',
      },
      { path: '/accounts/000000000000/roles/0/name', message: '"name" is required' },
      {
        path: '/accounts/000000000000/roles/0/pth',
        message: 'unknown key "pth"; did you mean "path"?',
        suggestion: 'path',
      },
      { path: '/accounts/000000000000/roles/0/trust', message: 'must be either object or string' },
      { path: '/accounts/000000000000/roles/0/tags/a', message: 'must be string' },
      { path: '/accounts/000000000000/users', message: 'must be array' },
      { path: '/issuers/a/alg', message: 'must be string' },
    ]);
  });

  it('are not reported for an optional member that is undefined', () => {
    expect(validateValue(ConfigSchema, { port: undefined, iam: { providerUrls: undefined } })).toEqual([]);
    expect(validateValue(State, account({ roles: [{ name: undefined, trust: {} }] }))).toEqual([
      { path: '/accounts/000000000000/roles/0/name', message: 'must be string' },
    ]);
  });
});
