/** The token file of a pod: for its owner alone, rewritten when the movable clock says so, gone with the job. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { IAT, idpUnderTest } from '../under-test.ts';

const directories: string[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map(directory => rm(directory, { recursive: true, force: true })));
});

async function podUnderTest() {
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-job-'));
  directories.push(directory);
  const under = idpUnderTest();
  const errors: unknown[] = [];
  const running = await under.idp.runJob(
    { issuer: 'eks-irsa', claims: { namespace: 'prod' }, baseUrl: 'http://localhost:4592', directory },
    error => errors.push(error),
  );
  const path = running.variables['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '';
  return { ...under, running, path, errors, token: async () => decodeJwt(await readFile(path, 'utf8')) };
}

describe('the projected token file of EKS', () => {
  it('holds the token, readable by its owner only, until the job is stopped', async () => {
    const pod = await podUnderTest();
    expect(await pod.token()).toMatchObject({
      sub: 'system:serviceaccount:prod:my-serviceaccount',
      aud: ['sts.amazonaws.com'],
    });
    expect((await stat(pod.path)).mode & 0o777).toBe(0o600);
    await pod.running.stop();
    await expect(stat(pod.path)).rejects.toMatchObject({ code: 'ENOENT' });
    await pod.idp.close();
  });

  it('is rewritten at 80 % of the lifetime of the movable clock', async () => {
    const pod = await podUnderTest();
    pod.clock.advance(86_400_000 * 0.79);
    await new Promise(resolve => setTimeout(resolve, 600));
    expect((await pod.token()).iat).toBe(IAT);
    pod.clock.advance(86_400_000 * 0.02);
    await vi.waitFor(async () => expect((await pod.token()).iat).toBe(IAT + Math.floor(86_400 * 0.81)), {
      timeout: 5000,
    });
    expect(pod.errors).toEqual([]);
    await pod.running.stop();
    await pod.idp.close();
  });

  it('is rewritten when asked for', async () => {
    const pod = await podUnderTest();
    const before = (await pod.token()).jti;
    await pod.running.renew();
    expect((await pod.token()).jti).not.toBe(before);
    await pod.running.stop();
    await pod.idp.close();
  });
});
