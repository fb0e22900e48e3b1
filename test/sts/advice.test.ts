/** What a refused call is advised to do, on the wire: who has to do it and what. */
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { Decision, Fix } from '../../src/policy/decision.ts';
import { ACCOUNT, AUDIENCE, GITHUB, MAIN_SUB, PROVIDER_ARN, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();

const last = (): Decision | undefined => bed.rolecall.decisions.list({ limit: 1 })[0];
const advice = (): readonly Pick<Fix, 'side' | 'title'>[] =>
  (last()?.fixes ?? []).map(({ side, title }) => ({ side, title }));
const told = (): string => (last()?.fixes ?? []).map(fix => fix.sentence).join('\n');

/** A token's claims, signed by the hosted issuer: another issuer's, for tokens that are no ID tokens. */
const unsigned = (claims: object): string =>
  `${[{ alg: 'RS256', kid: 'k' }, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.c2ln`;
const instants = { iat: 1_700_000_000, exp: 4_000_000_000 };

describe('a refused token', () => {
  it.each([
    ['the GITHUB_TOKEN', 'ghs_0123456789abcdef', /GITHUB_TOKEN of a job.*id-token: write/],
    ['the CI_JOB_TOKEN of GitLab', 'glcbt-64_0123456789abcdef', /CI_JOB_TOKEN.*id_tokens/],
    [
      'ACTIONS_RUNTIME_TOKEN',
      unsigned({ iss: 'https://vstoken.actions.githubusercontent.com', sub: 'x', aud: 'vso:1', ...instants }),
      /ACTIONS_RUNTIME_TOKEN.*ACTIONS_ID_TOKEN_REQUEST_URL/,
    ],
    [
      'the token of a Kubernetes Secret',
      unsigned({ iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:apps:app' }),
      /token of a Secret.*projected service account token/,
    ],
    [
      'no audience',
      unsigned({ iss: `https://${GITHUB}`, sub: MAIN_SUB, ...instants }),
      /no audience.*sts\.amazonaws\.com/,
    ],
  ])('%s', async (_, token, sentence) => {
    await bed.registerGitHub();
    await refusal(bed.assume(await bed.createRole('deploy'), token));
    expect(advice()[0]?.side).toBe('workflow');
    expect(told()).toMatch(sentence);
  });
});

describe('a refused audience', () => {
  it('is replaced only by one that the role accepts', async () => {
    await bed.registerGitHub(['vault', AUDIENCE]);
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint({}, { audience: 'octo' })));
    expect(advice()).toEqual([{ side: 'caller', title: 'Request the token for another audience' }]);
    expect(told()).toBe(`Request the token with the audience "${AUDIENCE}".`);
    await bed.assume(role, await bed.mint());
  });

  it('is added to the provider when the role accepts it', async () => {
    await bed.registerGitHub(['vault']);
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint()));
    expect(advice()).toEqual([{ side: 'provider', title: 'Add the audience to the provider' }]);
    expect(told()).toContain(`Add the client ID "${AUDIENCE}" to ${PROVIDER_ARN}`);
    expect(last()?.fixes[0]?.admits[0]).toContain(AUDIENCE);
  });

  it('is not added when the role requires another one', async () => {
    await bed.registerGitHub(['vault']);
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint({}, { audience: 'octo' })));
    expect(told()).toContain(`Add the client ID "${AUDIENCE}"`);
    expect(told()).toContain('request the token with it');
    expect(told()).not.toContain('"octo"');
  });

  it('helps nobody when the subject is refused whatever the audience is', async () => {
    await bed.registerGitHub(['vault']);
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint({ ref: 'refs/heads/dev' }, { audience: 'octo' })));
    expect(advice()).toEqual([{ side: 'policy', title: 'Make the provider and the role accept one audience' }]);
  });
});

describe('a refused call', () => {
  it('with the ARN of the provider as the role', async () => {
    await bed.registerGitHub();
    await refusal(bed.assume(PROVIDER_ARN, await bed.mint()));
    expect(advice()).toEqual([{ side: 'caller', title: 'Pass the ARN of the role' }]);
  });

  it('with a misspelled role names the nearest one', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy-production');
    await refusal(bed.assume(role.replace('production', 'prodution'), await bed.mint()));
    expect(told()).toContain(role);
  });

  it('of an issuer that is not registered', async () => {
    await refusal(bed.assume(await bed.createRole('deploy'), await bed.mint()));
    expect(advice()).toEqual([{ side: 'provider', title: 'Register the issuer' }]);
  });

  it('of a caller without the permission names the statement', async () => {
    const trust = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' },
    };
    const { Role } = await bed
      .iam()
      .send(new CreateRoleCommand({ RoleName: 'target', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    await bed.registerGitHub();
    const session = await bed.assume(await bed.createRole('deploy'), await bed.mint());
    await refusal(bed.sts(session).send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'chained' })));
    expect(told()).toContain(`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"${Role?.Arn}"}`);
  });

  it('of a pull request by a deploy role: first the job, then the policy with whom it lets in', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint({ event_name: 'pull_request', ref: 'refs/pull/7/merge' })));
    expect(advice()).toEqual([
      { side: 'workflow', title: 'Change the job that gets the token' },
      { side: 'policy', title: 'Allow this caller as well' },
    ]);
    expect(last()?.fixes[1]?.admits).toEqual(['any pull request of octo-org/octo-repo']);
  });
});
