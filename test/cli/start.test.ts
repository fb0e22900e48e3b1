/** The notes at start: every setting that is less strict than the default is printed. */
import { describe, expect, it } from 'vitest';
import { startText } from '../../src/cli/start.ts';
import { resolveConfig } from '../../src/config/load.ts';

const notes = (config: object): readonly string[] =>
  startText({ url: 'http://127.0.0.1:4592', tls: undefined, config: resolveConfig(config) })
    .filter(line => line.includes('note: '))
    .map(line => line.slice(line.indexOf('note: ') + 'note: '.length));

const ADMIN_TOKEN_NOTE = 'the control API and the console require the admin token';

describe('the notes at start', () => {
  it.each([
    ['nothing', {}, []],
    ['every interface', { host: '0.0.0.0' }, ['listening on 0.0.0.0: reachable from any host on the network']],
    [
      'any provider URL',
      { iam: { providerUrls: 'any' } },
      ['iam.providerUrls is "any": providers may be registered that AWS would reject'],
    ],
    [
      'web pages that may send signed calls',
      { allowedOrigins: ['http://localhost:3000', 'https://app.example'] },
      ['web pages of http://localhost:3000, https://app.example may send signed AWS calls'],
    ],
    ['the admin token', { adminToken: 'let-me-in' }, [ADMIN_TOKEN_NOTE]],
    [
      'open issuers with an admin token',
      { adminToken: 'let-me-in', issuers: { a: { preset: 'custom', open: true }, b: { preset: 'custom' } } },
      [ADMIN_TOKEN_NOTE, 'issuers that mint tokens without the admin token: a'],
    ],
    [
      'no open issuers without an admin token, because then all are open',
      { issuers: { a: { preset: 'custom', open: true } } },
      [],
    ],
  ])('mention %s', (_, config, expected) => {
    expect(notes(config)).toEqual(expected);
  });
});
