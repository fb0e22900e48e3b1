// Expires a session and makes an SDK refresh its credentials, without waiting: `node examples/clock.mjs`.
import assert from 'node:assert/strict';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromWebToken } from '@aws-sdk/credential-providers';
import { startRolecall } from 'rolecall';

const ISSUER = 'token.actions.githubusercontent.com';
const MINUTE = 60_000;
const role = 'arn:aws:iam::000000000000:role/deploy';
const job = { issuer: 'github-actions', claims: { repository: 'octo-org/octo-repo' } };

const rolecall = await startRolecall({
  accounts: {
    '000000000000': {
      oidcProviders: [{ url: `https://${ISSUER}`, clientIds: ['sts.amazonaws.com'] }],
      roles: [
        {
          name: 'deploy',
          trust: {
            Version: '2012-10-17',
            Statement: {
              Effect: 'Allow',
              Principal: { Federated: `arn:aws:iam::000000000000:oidc-provider/${ISSUER}` },
              Action: 'sts:AssumeRoleWithWebIdentity',
              Condition: { StringLike: { [`${ISSUER}:sub`]: 'repo:octo-org/octo-repo:*' } },
            },
          },
        },
      ],
    },
  },
});
const options = { endpoint: rolecall.url, region: 'us-east-1' };

// Move the clock forward: the session expires.
const session = new STSClient({ ...options, credentials: await rolecall.assume({ role, ...job }) });
await session.send(new GetCallerIdentityCommand({}));
rolecall.clock.advance(61 * MINUTE);
await assert.rejects(session.send(new GetCallerIdentityCommand({})), { name: 'ExpiredToken' });

// Move the clock back: the SDK finds one-hour credentials nearly expired and requests new ones for each call.
rolecall.clock.advance(-118 * MINUTE);
let requests = 0;
const refreshing = new STSClient({
  ...options,
  credentials: async () => {
    requests++;
    const { token } = await rolecall.mint({ ...job, audience: 'sts.amazonaws.com' });
    return fromWebToken({ roleArn: role, webIdentityToken: token, clientConfig: options })();
  },
});
await refreshing.send(new GetCallerIdentityCommand({}));
const before = requests;
await refreshing.send(new GetCallerIdentityCommand({}));
assert(requests > before);
session.destroy();
refreshing.destroy();
await rolecall.close();
console.log('The session expired, and the SDK refreshed its credentials.');
