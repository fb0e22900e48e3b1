/** The walk every client takes: GitHub's issuer, a role that trusts main of one repository, and what AWS answers to all others. */
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

/** Registers the issuer and makes the role, for tests that are about what comes after. */
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
 * Moves the clock back so far that credentials of one hour have four minutes left by the client's own clock: less than
 * what boto3 and the AWS CLI (10 and 15 minutes) and the SDK for JavaScript (5 minutes) want, so each of them refreshes.
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
const BLURRED =
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.';
const NOT_AUTHORIZED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';

/** A token whose signature is another's: the header and claims of one, the signature of the next. */
async function foreignSignature(rolecall: Emulator): Promise<string> {
  const [one, other] = [await rolecall.mint(), await rolecall.mint({ claims: { ref: 'refs/heads/other' } })];
  return `${one.slice(0, one.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`;
}

/** `now` is Rolecall's frozen time in seconds. Codes, statuses and messages as AWS answers them since mid 2026. */
export const refusals: readonly Refusal[] = [
  {
    name: 'something that is no token',
    token: () => 'not-a-token',
    status: 400,
    code: 'InvalidIdentityToken',
    message: always('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)'),
  },
  {
    name: 'a token of an issuer that is not registered',
    token: rolecall => rolecall.mint({ issuer: 'gitlab-ci' }),
    status: 400,
    code: 'InvalidIdentityToken',
    message: always(BLURRED),
  },
  {
    name: 'a token for another audience',
    token: rolecall => rolecall.mint({ audience: 'https://github.com/octo-org' }),
    status: 400,
    code: 'InvalidIdentityToken',
    message: always(BLURRED),
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
    name: 'a token under a signature that does not fit',
    token: foreignSignature,
    status: 400,
    code: 'InvalidIdentityToken',
    message: always(BLURRED),
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
    name: 'a pull request, which the trust policy does not admit',
    token: rolecall => rolecall.mint({ claims: { event_name: 'pull_request', ref: 'refs/pull/7/merge' } }),
    status: 403,
    code: 'AccessDenied',
    message: always(NOT_AUTHORIZED),
  },
];

/** Runs `use` with the token of a refusal and AWS's answer to it, on an emulator whose clock stands still. */
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
