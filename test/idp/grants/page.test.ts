/** The claims in the form of the login page: JSON within limits. */
import { describe, expect, it } from 'vitest';
import { readLogin } from '../../../src/idp/grants/page.ts';

const login = (claims: string) => readLogin(new Map([...Object.entries({ login: 'jdoe', login_claims: claims })]));

describe('additional claims', () => {
  it('are combined with the subject', () => {
    expect(login('{"a":[1]}')).toEqual({ a: [1], sub: 'jdoe' });
    expect(login(' ')).toEqual({ sub: 'jdoe' });
  });

  it.each([
    ['{', 'the additional claims are not JSON'],
    ['[]', 'the additional claims are not a JSON object'],
    ['{"a":'.repeat(15_000), 'the text of the additional claims nests deeper than 100 levels'],
    [`[${'0,'.repeat(20_000)}0]`, 'the text of the additional claims has more than 10000 values'],
    [`"${'x'.repeat(200_000)}"`, 'the text of the additional claims is larger than 100000 characters'],
  ])('%.20s: %s', (text, message) => {
    expect(() => login(text)).toThrow(expect.objectContaining({ code: 'invalid_request', message }));
  });
});
