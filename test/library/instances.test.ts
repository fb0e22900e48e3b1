/** Several emulators in one process: they are independent and release all resources. */
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Rolecall, startRolecall } from '../../src/index.ts';
import { generateRsaKeys } from '../support/rsa-keys.ts';

// A generation that remains after the end of its instance would be seen.
generateRsaKeys();

const GITHUB = 'token.actions.githubusercontent.com';
const role = 'arn:aws:iam::000000000000:role/deploy';
const accounts = {
  '000000000000': {
    oidcProviders: [{ url: `https://${GITHUB}`, clientIds: ['sts.amazonaws.com'] }],
    roles: [
      {
        name: 'deploy',
        trust: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Federated: `arn:aws:iam::000000000000:oidc-provider/${GITHUB}` },
              Action: 'sts:AssumeRoleWithWebIdentity',
              Condition: { StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/octo-repo:*' } },
            },
          ],
        },
      },
    ],
  },
};
const issuers = { quick: { preset: 'custom', alg: 'ES256' } } as const;
const github = { role, issuer: 'github-actions', claims: { repository: 'octo-org/octo-repo' } };

/** Sockets, pending key generations and timers of this process. */
const alive = () => {
  const kinds = process.getActiveResourcesInfo();
  return {
    sockets: kinds.filter(kind => kind.startsWith('TCP')).length,
    keys: kinds.filter(kind => kind.includes('KeyPair')).length,
    timers: kinds.filter(kind => kind === 'Timeout').length,
  };
};

describe('several instances', () => {
  it('have their own address, keys, state, clock, faults and decisions', async () => {
    await using one = await startRolecall({ accounts });
    await using two = await startRolecall();
    expect(one.url).not.toBe(two.url);

    const { arn } = await one.assume(github);
    expect(arn).toBe('arn:aws:sts::000000000000:assumed-role/deploy/rolecall');
    await expect(two.assume(github)).rejects.toMatchObject({ code: 'InvalidIdentityToken' });

    const { token } = await two.mint({ issuer: 'github-actions', audience: 'sts.amazonaws.com' });
    await expect(one.assume({ role, token })).rejects.toMatchObject({ decision: { reason: 'unknown-kid' } });

    one.clock.advance('PT1H');
    one.clock.advance(3_600_000);
    expect(() => one.clock.advance('an hour')).toThrow(/neither milliseconds nor an ISO 8601 duration: an hour/);
    expect(one.clock.state().offsetMs).toBe(7_200_000);
    expect(two.clock.state().offsetMs).toBe(0);

    two.faults.add({ match: {}, respond: { status: 503 } });
    expect(one.faults.list()).toEqual([]);

    const seen = two.decisions.list().length;
    await one.assume(github);
    expect(two.decisions.list()).toHaveLength(seen);

    await two.close();
    await expect(one.assume(github)).resolves.toMatchObject({ arn });
  });

  it('close when their block ends, and a second close has no effect', async () => {
    let kept: Rolecall;
    {
      await using rolecall = await startRolecall();
      kept = rolecall;
      expect((await fetch(`${rolecall.url}/_rolecall/health`)).status).toBe(200);
    }
    await expect(fetch(`${kept.url}/_rolecall/health`)).rejects.toThrow('fetch failed');
    await kept.close();
  });

  it('leave no handle and no timer behind, for fifty instances', { timeout: 120_000 }, async () => {
    // A key generation in progress is completed.
    const quiet = () => expect.poll(alive, { timeout: 60_000 }).toMatchObject({ sockets: 0, keys: 0 });
    await (await startRolecall()).close();
    await quiet();
    const { timers } = alive();
    for (let round = 0; round < 10; round++) {
      const five = await Promise.all(Array.from({ length: 5 }, () => startRolecall({ accounts, issuers })));
      // One RSA key of five, because it takes a quarter of a second to generate.
      for (const [at, rolecall] of five.entries()) {
        await rolecall.mint({ issuer: at === 0 ? 'spiffe' : 'quick', audience: 'anybody' });
      }
      await Promise.all(five.map(rolecall => rolecall.close()));
    }
    await quiet();
    // The test runner has short-lived timers too; a leaked timer would remain. `expect.poll` has timers of its own.
    for (let at = 0; at < 1000 && alive().timers > timers; at++) await setTimeout(10, undefined, { ref: false });
    expect(alive().timers).toBeLessThanOrEqual(timers);
  });
});
