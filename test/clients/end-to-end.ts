/** Shared data of the client tests: GitHub's issuer, a role that trusts one repository's branches, and AWS's errors for other tokens. */
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import type { Emulator } from './emulator.ts';

export const issuer = 'token.actions.githubusercontent.com';
export const providerArn = `arn:aws:iam::000000000000:oidc-provider/${issuer}`;
export const roleArn = 'arn:aws:iam::000000000000:role/deploy';
export const subject = 'repo:octo-org/octo-repo:ref:refs/heads/main';

export const trustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: providerArn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${issuer}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/*' },
      },
    },
  ],
});

export const administrator = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Registers the issuer and creates the role, for tests of later steps. */
export async function declareRole({ url }: Emulator): Promise<void> {
  const iam = new IAMClient({ endpoint: url, region: 'us-east-1', credentials: administrator });
  await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList: ['sts.amazonaws.com'] }),
  );
  await iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: trustPolicy }));
  iam.destroy();
}

const MINUTE = 60_000;

/**
 * Moves the clock back so that one-hour credentials expire in four minutes by the client's own clock. This is below the refresh
 * thresholds of boto3 and the AWS CLI (10 and 15 minutes) and of the SDK for JavaScript (5 minutes), so each of them refreshes.
 */
export const moveClockBack = (rolecall: Emulator): Promise<unknown> =>
  rolecall.control('PUT', '/clock', { now: new Date(Date.now() - 56 * MINUTE).toISOString() });

export interface Refusal {
  readonly name: string;
  readonly token: (rolecall: Emulator, now: number) => Promise<string> | string;
  readonly roleArn?: string;
  readonly status: number;
  readonly code: string;
  readonly message: (now: number) => string;
}

const always = (message: string) => () => message;
const NOT_VALIDATED =
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.';
const NOT_AUTHORIZED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';

/** A token with the signature of another token. */
async function foreignSignature(rolecall: Emulator): Promise<string> {
  const [one, other] = [await rolecall.mint(), await rolecall.mint({ claims: { ref: 'refs/heads/other' } })];
  return `${one.slice(0, one.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`;
}

/** `now` is Rolecall's frozen time in seconds. Codes, statuses and messages are AWS's since mid 2026. */
export const refusals: readonly Refusal[] = [
  {
    name: 'a string that is not a token',
    token: () => 'not-a-token',
    status: 400,
    code: 'InvalidIdentityToken',
    message: always('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'),
  },
  {
    name: 'a token of an unregistered issuer',
    token: rolecall => rolecall.mint({ issuer: 'gitlab-ci' }),
    status: 400,
    code: 'InvalidIdentityToken',
    message: always(NOT_VALIDATED),
  },
  {
    name: 'a token for another audience',
    token: rolecall => rolecall.mint({ audience: 'https://github.com/octo-org' }),
    status: 400,
    code: 'InvalidIdentityToken',
    message: always(NOT_VALIDATED),
  },
  {
    name: 'an expired token',
    token: (rolecall, now) => rolecall.mint({ claims: { iat: now - 7200, nbf: now - 7200, exp: now - 3600 } }),
    status: 400,
    code: 'ExpiredTokenException',
    message: now =>
      `Token expired: current date/time ${now - 300} must be before the expiration date/time ${now - 3600}`,
  },
  {
    name: 'a token with an invalid signature',
    token: foreignSignature,
    status: 400,
    code: 'InvalidIdentityToken',
    message: always(NOT_VALIDATED),
  },
  {
    name: 'a role that does not exist',
    token: rolecall => rolecall.mint(),
    roleArn: 'arn:aws:iam::000000000000:role/nobody',
    status: 403,
    code: 'AccessDenied',
    message: always(NOT_AUTHORIZED),
  },
  {
    name: 'the token of a pull request, which the trust policy does not allow',
    token: rolecall => rolecall.mint({ claims: { event_name: 'pull_request', ref: 'refs/pull/7/merge' } }),
    status: 403,
    code: 'AccessDenied',
    message: always(NOT_AUTHORIZED),
  },
];

/** Runs `use` with the token of a refusal and AWS's error for it, on an emulator with a frozen clock. */
export async function refused<T>(
  rolecall: Emulator,
  { token, roleArn: role = roleArn, status, code, message }: Refusal,
  use: (request: { token: string; roleArn: string; status: number; code: string; message: string }) => Promise<T>,
): Promise<T> {
  await declareRole(rolecall);
  const clock = await rolecall.control('PUT', '/clock', { frozen: true });
  const now = Math.floor(Date.parse(String(clock['now'])) / 1000);
  return use({ token: await token(rolecall, now), roleArn: role, status, code, message: message(now) });
}
