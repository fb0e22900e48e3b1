/** The notes of the start: every setting that is less strict, or lets in more, is shown to whoever starts the server. */
import { describe, expect, it } from 'vitest';
import { banner } from '../../src/cli/start.ts';
import { resolveConfig } from '../../src/config/load.ts';

const notes = (config: object): readonly string[] =>
  banner({ url: 'http://127.0.0.1:4592', tls: undefined, config: resolveConfig(config) })
    .filter(line => line.includes('note: '))
    .map(line => line.slice(line.indexOf('note: ') + 'note: '.length));

const ASKED = 'the control API and the console ask for the admin token';

describe('the notes of the start', () => {
  it.each([
    ['nothing', {}, []],
    ['every interface', { host: '0.0.0.0' }, ['listens on 0.0.0.0: every host that reaches this machine may call it']],
    [
      'any provider URL',
      { iam: { providerUrls: 'any' } },
      ['iam.providerUrls is any: AWS would refuse some of these providers'],
    ],
    [
      'pages that may sign',
      { allowedOrigins: ['http://localhost:3000', 'https://app.example'] },
      ['pages of http://localhost:3000, https://app.example may send signed AWS calls'],
    ],
    ['the admin token', { adminToken: 'let-me-in' }, [ASKED]],
    [
      'open issuers beside the admin token',
      { adminToken: 'let-me-in', issuers: { a: { preset: 'custom', open: true }, b: { preset: 'custom' } } },
      [ASKED, 'issuers that mint without the admin token: a'],
    ],
    ['open issuers without it, for then all are', { issuers: { a: { preset: 'custom', open: true } } }, []],
  ])('tell of %s', (_, config, expected) => {
    expect(notes(config)).toEqual(expected);
  });
});
