/** `@actions/core`, the client of GitHub workflows, unchanged with the hosted issuer: tokens, retries, error messages. */
import { getIDToken } from '@actions/core';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AUDIENCE, GITHUB, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();
const written: string[] = [];

/** Sets the runner's variables in this process until the test ends. */
async function enterJob(issuer: string, claims: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { body } = await bed.control('POST', '/jobs', { issuer, claims, directory: '/unused' });
  const { variables } = body as { variables: Readonly<Record<string, string>> };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

/** The error of a call as text. */
const failure = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'the call succeeded',
    (error: unknown) => String(error),
  );

/** Injects a fault: the next `times` calls to the issuer return this status. */
const failing = (status: number, times: number, message?: string) =>
  bed.control('POST', '/faults', {
    match: { issuer: 'github-actions' },
    respond: { status, ...(message === undefined ? {} : { message }) },
    times,
  });

beforeEach(() => {
  // The client writes workflow commands (`::add-mask::…`) to standard output.
  vi.spyOn(process.stdout, 'write').mockImplementation(text => written.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  written.length = 0;
});

describe('getIDToken()', () => {
  it('returns the token of the job, and masks it', async () => {
    await enterJob('github-actions', { repository: 'acme/web', ref: 'refs/heads/next' });
    const token = await getIDToken();
    expect(decodeJwt(token)).toMatchObject({
      iss: `https://${GITHUB}`,
      sub: 'repo:acme/web:ref:refs/heads/next',
      aud: 'https://github.com/acme',
      repository_owner: 'acme',
    });
    expect(written.join('')).toContain(`::add-mask::${token}`);
  });

  it.each([AUDIENCE, 'api://one & two?three=four', 'https://github.com/octo-org'])(
    'requests the audience %s',
    async audience => {
      await enterJob('github-actions');
      expect(decodeJwt(await getIDToken(audience)).aud).toBe(audience);
    },
  );

  it('returns a token that can assume the workflow’s role', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await enterJob('github-actions');
    expect((await bed.assume(role, await getIDToken(AUDIENCE))).accessKeyId).toMatch(/^ASIA/);
  });

  it.each(['github-actions-enterprise', 'github-actions-ghe-com', 'github-actions-ghes', 'forgejo-actions'])(
    'works with %s',
    async issuer => {
      await enterJob(issuer);
      expect(decodeJwt(await getIDToken(AUDIENCE)).iss).toBe(bed.rolecall.issuers.get(issuer)?.issuer);
    },
  );
});

describe('its retries', () => {
  it.each([502, 503, 504])('succeed after two replies with status %i', async status => {
    await enterJob('github-actions');
    await failing(status, 2);
    expect(decodeJwt(await getIDToken(AUDIENCE)).aud).toBe(AUDIENCE);
    expect(bed.rolecall.faults.list()).toEqual([]);
  });

  it('do not happen for status 500', async () => {
    await enterJob('github-actions');
    await failing(500, 2);
    expect(await failure(getIDToken())).toContain('Error Code : 500');
    expect(bed.rolecall.faults.list()).toMatchObject([{ hits: 1 }]);
  });
});

describe('its error messages', () => {
  it.each(['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'])('without %s', async name => {
    await enterJob('github-actions');
    vi.stubEnv(name, undefined);
    expect(await failure(getIDToken())).toBe(`Error: Error message: Unable to get ${name} env variable`);
  });

  it.each([
    ['an unknown request token', 'nobody', 'Unauthorized: the request token was not issued by this server'],
    ['a truncated request token', 'a.b.c', 'Unauthorized: the request token was not issued by this server'],
  ])('with %s: status and Rolecall’s message', async (_case, token, message) => {
    await enterJob('github-actions');
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', token);
    const text = await failure(getIDToken());
    expect(text).toContain('Error message: Failed to get ID Token.');
    expect(text).toContain('Error Code : 401');
    expect(text).toContain(`Error Message: ${message}`);
  });

  it('with the expired request token of an earlier job', async () => {
    await enterJob('github-actions');
    await bed.control('PUT', '/clock', { advance: 'PT7H' });
    expect(await failure(getIDToken())).toContain('Error Message: Unauthorized: the request token has expired');
  });

  it('with the request token of another issuer', async () => {
    await enterJob('forgejo-actions');
    const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
    await enterJob('github-actions');
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', token);
    expect(await failure(getIDToken())).toContain(
      'Error Message: Unauthorized: the request token is for issuer forgejo-actions',
    );
  });

  it('with claims from which no token can be minted: the reason', async () => {
    await enterJob('github-actions', { aud: ['one', 'two'] });
    const text = await failure(getIDToken());
    expect(text).toContain('Error Code : 400');
    expect(text).toContain('tokens of GitHub Actions have one audience');
  });

  it('with the message of an injected fault', async () => {
    await enterJob('github-actions');
    await failing(403, 1, 'id-token: write is missing');
    const text = await failure(getIDToken());
    expect(text).toContain('Error Code : 403');
    expect(text).toContain('Error Message: id-token: write is missing');
  });

  it('with a URL that does not exist: no token in the reply', async () => {
    await enterJob('github-actions');
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', `${bed.rolecall.url}/idp/github-actions/elsewhere?x=1`);
    expect(await failure(getIDToken())).toBe('Error: Error message: Response json body do not have ID Token field');
  });
});
