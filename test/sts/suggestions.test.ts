/** What the explanation proposes when a role, an issuer or an audience is not there. */
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, GITHUB, PROVIDER_ARN, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();
const roleIn = (account: string, name = 'github-actions-deploy'): string => `arn:aws:iam::${account}:role/${name}`;

/** The first sentence on the call that was just refused. */
async function told(role: string, token: string): Promise<string | undefined> {
  await refusal(bed.assume(role, token));
  return bed.rolecall.decisions.last({ outcome: 'denied' })?.explanation[0];
}

describe('the sentence on a refusal', () => {
  it('names the role that is spelt almost alike', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('github-actions-deploy');
    const typo = roleIn(ACCOUNT, 'github-action-deploy');
    expect(await told(typo, await bed.mint())).toBe(
      `There is no role ${typo}, but there is ${role}, which is spelt almost alike.`,
    );
  });

  it('names the account that has the role, and the one that has the provider', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('github-actions-deploy');
    const other = roleIn('111122223333');
    expect(await told(other, await bed.mint())).toBe(
      `Account 111122223333 has no OIDC provider for the issuer https://${GITHUB}; it has none at all. Register it with CreateOpenIDConnectProvider. Account ${ACCOUNT} has it; compare the account number in the role's ARN.`,
    );

    await refusal(bed.sts().send(new AssumeRoleCommand({ RoleArn: other, RoleSessionName: 'ann' })));
    expect(bed.rolecall.decisions.last({ outcome: 'denied' })?.explanation[0]).toBe(
      `There is no role ${other}, but there is ${role}; compare the account numbers.`,
    );
  });

  it('says nothing of roles that are not alike', async () => {
    await bed.registerGitHub();
    await bed.createRole('github-actions-deploy');
    const none = roleIn(ACCOUNT, 'audit');
    expect(await told(none, await bed.mint())).toBe(
      `There is no role ${none}; AWS answers as if its trust policy refused.`,
    );
  });

  it.each([
    [
      'sts.amazonaws.com/',
      '"sts.amazonaws.com" differs in scheme, letter case or a trailing slash, and AWS compares exactly.',
    ],
    [
      'vault',
      `Ask for a token with the audience "sts.amazonaws.com", or add this one with AddClientIDToOpenIDConnectProvider to ${PROVIDER_ARN}.`,
    ],
  ])('tells what to do about the audience %s', async (audience, advice) => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    expect(await told(role, await bed.mint({}, { audience }))).toBe(
      `The token's aud is "${audience}"; the client ids of ${PROVIDER_ARN} are "sts.amazonaws.com". ${advice}`,
    );
  });
});
