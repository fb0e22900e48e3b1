/** Suggestions in the explanation of a call that names an unknown role, issuer or audience. */
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, GITHUB, PROVIDER_ARN, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();
const roleIn = (account: string, name = 'github-actions-deploy'): string => `arn:aws:iam::${account}:role/${name}`;

/** The first sentence of the explanation of the call that was just refused. */
async function explanation(role: string, token: string): Promise<string | undefined> {
  await refusal(bed.assume(role, token));
  return bed.rolecall.decisions.last({ outcome: 'denied' })?.explanation[0];
}

describe('the explanation of a refusal', () => {
  it('suggests a role with a similar name', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('github-actions-deploy');
    const typo = roleIn(ACCOUNT, 'github-action-deploy');
    expect(await explanation(typo, await bed.mint())).toBe(`The role ${typo} does not exist; did you mean ${role}?`);
  });

  it('names another account that has the role or the provider', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('github-actions-deploy');
    const other = roleIn('111122223333');
    expect(await explanation(other, await bed.mint())).toBe(
      `Account 111122223333 has no OIDC provider for the issuer https://${GITHUB}; it has no OIDC providers. Register the issuer with CreateOpenIDConnectProvider. Account ${ACCOUNT} has one; compare it with the account number in the role ARN.`,
    );

    await refusal(bed.sts().send(new AssumeRoleCommand({ RoleArn: other, RoleSessionName: 'ann' })));
    expect(bed.rolecall.decisions.last({ outcome: 'denied' })?.explanation[0]).toBe(
      `The role ${other} does not exist; a role with that name exists in another account, ${role}. Compare the account numbers.`,
    );
  });

  it('suggests no role when no name is similar', async () => {
    await bed.registerGitHub();
    await bed.createRole('github-actions-deploy');
    const none = roleIn(ACCOUNT, 'audit');
    expect(await explanation(none, await bed.mint())).toBe(
      `The role ${none} does not exist; AWS returns the same error as for a trust policy that does not allow the call.`,
    );
  });

  it.each([
    [
      'sts.amazonaws.com/',
      'The registered "sts.amazonaws.com" differs only in scheme, letter case or a trailing slash; AWS compares exactly. The trust policy of the role accepts the audience "sts.amazonaws.com".',
    ],
    ['vault', 'The trust policy of the role accepts the audience "sts.amazonaws.com".'],
  ])('explains what to do about the audience %s', async (audience, advice) => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    expect(await explanation(role, await bed.mint({}, { audience }))).toBe(
      `The token's aud is "${audience}"; the client IDs of ${PROVIDER_ARN} are "sts.amazonaws.com". ${advice}`,
    );
  });
});
