/** The token file of a pod: readable by its owner only, renewed by the emulator's clock. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type RunningJob, runJob } from '../../src/cli/job-files.ts';
import { IAT, idpUnderTest } from '../idp/under-test.ts';

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

const DAY = 86_400_000;

async function pod(issuer = 'eks-irsa') {
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-job-'));
  ended.push(() => rm(directory, { recursive: true }));
  const { idp, clock } = idpUnderTest();
  ended.push(() => idp.close());
  const errors: unknown[] = [];
  let isAvailable = true;
  const running: RunningJob = await runJob({
    requestEnvironment: async () => {
      if (!isAvailable) throw new Error('the emulator is unavailable');
      return idp.job({ issuer, claims: { namespace: 'prod' }, baseUrl: 'http://localhost:4592', directory });
    },
    now: async () => clock.now(),
    onError: error => errors.push(error),
  });
  ended.push(() => running.stop());
  const path = running.variables['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '';
  const setUnavailable = (unavailable: boolean): void => {
    isAvailable = !unavailable;
  };
  return {
    clock,
    path,
    errors,
    setAway: setUnavailable,
    running,
    token: async () => decodeJwt(await readFile(path, 'utf8')),
  };
}

const waitFor = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 10_000 });

describe('the projected token file of EKS', () => {
  it('contains the token, readable by its owner only', async () => {
    const { path, token } = await pod();
    expect(await token()).toMatchObject({
      sub: 'system:serviceaccount:prod:my-serviceaccount',
      aud: ['sts.amazonaws.com'],
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['at 80 % of the lifetime', DAY * 0.81],
    ['when the clock was moved back', -DAY],
  ])('is rewritten %s', async (_when, moved) => {
    const { clock, token, errors } = await pod();
    clock.advance(moved);
    await waitFor(async () => expect((await token()).iat).toBe(Math.floor(IAT + moved / 1000)));
    expect(errors).toEqual([]);
  });

  it('is not rewritten earlier, nor after the job has stopped', async () => {
    const { clock, token, running } = await pod();
    const { jti } = await token();
    clock.advance(DAY * 0.79);
    await new Promise(resolve => setTimeout(resolve, 1200));
    await running.stop();
    clock.advance(DAY);
    await new Promise(resolve => setTimeout(resolve, 600));
    expect((await token()).jti).toBe(jti);
  });

  it('keeps its content while the emulator is unavailable, and is rewritten afterwards', async () => {
    const { clock, token, errors, setAway: setUnavailable } = await pod();
    setUnavailable(true);
    clock.advance(DAY);
    await waitFor(() => expect(errors.length).toBeGreaterThan(1));
    expect((await token()).iat).toBe(IAT);
    setUnavailable(false);
    await waitFor(async () => expect((await token()).iat).toBe(IAT + DAY / 1000));
  });
});
