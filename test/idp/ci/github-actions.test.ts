/** GitHub's request endpoint, as the clients in a runner use it. */
import type { FastifyInstance } from 'fastify';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appUnderTest, idpUnderTest } from '../under-test.ts';

const { idp, clock } = idpUnderTest();
let app: FastifyInstance;
beforeAll(async () => {
  app = await appUnderTest(idp);
});
afterAll(async () => {
  await app.close();
  await idp.close();
});

async function jobOf(claims: Record<string, unknown> = {}): Promise<{ url: string; token: string }> {
  const job = { issuer: 'github-actions', claims, baseUrl: 'http://localhost:4592', directory: '/tmp/job' };
  const { variables } = await idp.job(job);
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: token = '' } = variables;
  return { url, token };
}

const ask = (url: string, authorization?: string) =>
  app.inject({
    url: url.replace('http://localhost:4592', ''),
    headers: authorization === undefined ? {} : { authorization },
  });

describe('GET $ACTIONS_ID_TOKEN_REQUEST_URL', () => {
  it('has a query already, so that clients append &audience=', async () => {
    expect((await jobOf()).url).toMatch(/^http:\/\/localhost:4592\/idp\/github-actions\/[^?]+\?.+/);
  });

  it.each(['Bearer', 'bearer', 'BEARER'])('answers {count, value} to %s', async scheme => {
    const { url, token } = await jobOf({ repository: 'acme/web' });
    const answer = await ask(`${url}&audience=sts.amazonaws.com`, `${scheme} ${token}`);
    expect(answer.statusCode).toBe(200);
    const { count, value } = answer.json();
    expect(count).toBe(value.length);
    expect(decodeJwt(value)).toMatchObject({ aud: 'sts.amazonaws.com', sub: 'repo:acme/web:ref:refs/heads/main' });
  });

  it('uses the default audience without a requested one', async () => {
    const { url, token } = await jobOf();
    expect(decodeJwt((await ask(url, `Bearer ${token}`)).json().value).aud).toBe('https://github.com/octo-org');
  });

  it('the request token is a JWT with the observed times', async () => {
    const { nbf = 0, iat = 0, exp = 0 } = decodeJwt((await jobOf()).token);
    expect([iat - nbf, exp - iat]).toEqual([600, 22_200]);
  });

  it('refuses with {message}', async () => {
    const { url, token } = await jobOf();
    const wrong = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const authorization of [undefined, 'Bearer x', `Basic ${token}`, `Bearer ${wrong}`]) {
      const answer = await ask(url, authorization);
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toEqual({ message: expect.any(String) });
    }
  });

  it('refuses a request token of another issuer, and an expired one', async () => {
    const { url, token } = await jobOf();
    const elsewhere = url.replace('/github-actions/', '/github-actions-enterprise/');
    expect((await ask(elsewhere, `Bearer ${token}`)).statusCode).toBe(401);
    clock.advance(7 * 3_600_000);
    expect((await ask(url, `Bearer ${token}`)).json().message).toMatch(/expired/);
  });
});
