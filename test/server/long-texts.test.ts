/** Long texts that once took quadratic time: each request is answered in a fraction of it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { resourceError } from '../../src/iam/resource-forms.ts';
import { isForeignPage } from '../../src/kernel/web-origin.ts';
import { valueMiss } from '../../src/policy/explain/near-values.ts';
import { lintWith } from '../../src/policy/lint/findings.ts';
import { loadServiceTable } from '../../src/policy/lint/lint.ts';
import { parseNumber } from '../../src/policy/values.ts';
import { METADATA } from '../iam/fixtures.ts';
import { useEmulator } from '../support/emulator.ts';
import { processorMs, processorMsOf } from '../support/processor-time.ts';

const bed = await useEmulator();
const services = await loadServiceTable();
const lint = (text: string, kind: 'identity' | 'trust') => lintWith(services, text, kind);
const post = (path: string, form: Record<string, string>) =>
  fetch(bed.rolecall.url + path, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });

/** Non-ASCII letters, which take quadratic time in a URL's host. */
const letters = (count: number): string =>
  String.fromCharCode(...Array.from({ length: count }, (_, at) => 0x4e00 + (at % 20_000)));

/** Limit in milliseconds of CPU time; each of these took seconds once, and takes a few milliseconds now. */
const SOON = 400;

describe('a very long text', () => {
  beforeAll(() => post('/idp/auth0/authorize', {}));

  it('as redirect_uri is refused', async () => {
    const form = { response_type: 'code', client_id: 'x', redirect_uri: `https://${letters(80_000)}` };
    let answer: Response | undefined;
    expect(
      await processorMsOf(async () => {
        answer = await post('/idp/auth0/authorize', form);
      }),
    ).toBeLessThan(SOON);
    expect(answer?.status).toBe(400);
    expect(await answer?.text()).toContain('redirect_uri must be an absolute URL of at most 2,048 characters');
  });

  it('as Origin is foreign', async () => {
    expect(
      processorMs(() => {
        expect(isForeignPage({ host: 'localhost', origin: `http://${letters(80_000)}` })).toBe(true);
      }),
    ).toBeLessThan(SOON);
  });

  it('as a number is invalid', async () => {
    expect(
      processorMs(() => {
        expect(parseNumber(`${'1'.repeat(200_000)}x`)).toBeUndefined();
      }),
    ).toBeLessThan(SOON);
  });

  it('as a resource of a policy is evaluated', async () => {
    expect(
      processorMs(() => {
        resourceError(`arn:aws:s3:::${'${'.repeat(100_000)}`);
      }),
    ).toBeLessThan(SOON);
  });

  it('as a SAML assertion is not base64', async () => {
    await bed.control('PUT', '/state', {
      accounts: {
        '000000000000': {
          samlProviders: [{ name: 'idp', metadata: METADATA }],
          roles: [
            {
              name: 'x',
              trust: {
                Version: '2012-10-17',
                Statement: {
                  Effect: 'Allow',
                  Principal: { Federated: 'arn:aws:iam::000000000000:saml-provider/idp' },
                  Action: 'sts:AssumeRoleWithSAML',
                },
              },
            },
          ],
        },
      },
    });
    const form = {
      Action: 'AssumeRoleWithSAML',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::000000000000:role/x',
      PrincipalArn: 'arn:aws:iam::000000000000:saml-provider/idp',
      SAMLAssertion: `AAAA${' '.repeat(90_000)}!`,
    };
    let text = '';
    expect(
      await processorMsOf(async () => {
        text = (await bed.form(form)).text;
      }),
    ).toBeLessThan(SOON);
    expect(text).toContain('<Code>InvalidIdentityToken</Code>');
  });
});

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const members = (count: number) => Object.fromEntries(many(count, at => [`member-${at}`, 'x']));
const allow = (more: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...more }],
});

describe('names that are checked for misspellings', () => {
  const principal = 'arn:aws:iam::111122223333:user/ada';

  it('as long actions are evaluated', async () => {
    const names = many(15, at => `s3:${'b'.repeat(7997)}${String(at).padStart(3, '0')}`);
    const request = { principal, action: `s3:${'a'.repeat(8000)}`, resource: '*' };
    const policies = { identity: many(7, () => allow({ Action: names })) };
    let status = 0;
    const ms = await processorMsOf(async () => {
      status = (await bed.control('POST', '/evaluate', { request, policies })).status;
    });
    expect(status).toBe(200);
    expect(ms).toBeLessThan(1000);
  });

  it('as thousands of condition keys are linted in time that grows with their number', () => {
    const keysOf = (count: number) =>
      Object.fromEntries(
        many(count, at => [
          `aws:Pr${String(at)
            .padStart(4, '0')
            .replaceAll(/\d/g, digit => 'abcdefghij'[Number(digit)] ?? '')}`,
          'x',
        ]),
      );
    const texts = [450, 4500].map(count => JSON.stringify(allow({ Condition: { StringEquals: keysOf(count) } })));
    const [few = '', all = ''] = texts;
    lint(all, 'identity');
    const tenSmall = processorMs(() => {
      for (let round = 0; round < 10; round++) lint(few, 'identity');
    });
    // One policy with ten times as many keys takes as long as ten policies; a search among all keys would take ten times as long.
    expect(processorMs(() => lint(all, 'identity'))).toBeLessThan(tenSmall * 3);
  });

  it('as hundreds of issuers and conditions are linted', () => {
    const issuers = many(800, at => `a${at}.example.com`);
    const statement = {
      Effect: 'Allow',
      Principal: { Federated: issuers.map(issuer => `arn:aws:iam::123456789012:oidc-provider/${issuer}`) },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: Object.fromEntries(issuers.map(issuer => [`${issuer}:sub`, 'x*'])) },
    };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: statement });
    expect(processorMs(() => lint(text, 'trust'))).toBeLessThan(5000);
  });

  it('as values of many parts are explained', () => {
    const pair = { expected: `repo:o/${'?a:'.repeat(36)}b`, actual: `repo:o/${'ab:'.repeat(36)}z`, wildcards: true };
    expect(
      processorMs(() => {
        for (let round = 0; round < 5000; round++) valueMiss(pair);
      }),
    ).toBeLessThan(900);
  });
});

describe('too many members', () => {
  it.each([
    ['claims of a token', 'POST', '/tokens', { issuer: 'github-actions', claims: members(40_000) }, 413],
    ['headers of a token', 'POST', '/tokens', { issuer: 'github-actions', headers: members(40_000) }, 413],
    ['claims of an issuer', 'PUT', '/issuers/x', { preset: 'github-actions', claims: members(40_000) }, 413],
    ['parameters of an issuer', 'PUT', '/issuers/x', { preset: 'github-actions', parameters: members(40_000) }, 400],
  ] as const)('%s are refused', async (_, method, path, body, expected) => {
    expect((await bed.control(method, path, body)).status).toBe(expected);
  });
});

it('a list of many decisions does not block other calls', async () => {
  const immediatesDuring = async (path: string): Promise<number> => {
    let immediates = 0;
    let isOpen = true;
    const count = (): void => {
      immediates++;
      if (isOpen) setImmediate(count);
    };
    setImmediate(count);
    expect((await bed.control('GET', path)).status).toBe(200);
    isOpen = false;
    return immediates;
  };
  const form = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::000000000000:role/x',
    RoleSessionName: 'many',
    WebIdentityToken: await bed.mint(),
  };
  for (let call = 0; call < 200; call++) await bed.form(form);
  const one = await immediatesDuring('/decisions?limit=1');
  expect(await immediatesDuring('/decisions?limit=200')).toBeGreaterThan(one + 20);
});

describe('parameters under /idp', () => {
  it.each([
    ['a form', '/idp/custom/token', `grant_type=x${'&a=1'.repeat(2000)}`],
    ['a query', `/idp/custom/authorize?client_id=x${'&a=1'.repeat(2000)}`, ''],
  ])('are limited to two thousand: %s', async (_, path, body) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(bed.rolecall.url + path, body === '' ? {} : { method: 'POST', headers, body });
    expect([answer.status, await answer.json()]).toEqual([
      413,
      expect.objectContaining({ error: 'too-large', message: 'the request has more than 2000 parameters' }),
    ]);
  });
});
