// A session that expires, and an SDK that refreshes, without waiting: `node examples/clock.mjs`.
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

// The clock goes forward: the session expires.
const session = new STSClient({ ...options, credentials: await rolecall.assume({ role, ...job }) });
await session.send(new GetCallerIdentityCommand({}));
rolecall.clock.advance(61 * MINUTE);
await assert.rejects(session.send(new GetCallerIdentityCommand({})), { name: 'ExpiredToken' });

// The clock goes back: credentials of one hour look nearly expired to the SDK, which asks for new ones at each use.
rolecall.clock.advance(-118 * MINUTE);
let asked = 0;
const refreshing = new STSClient({
  ...options,
  credentials: async () => {
    asked++;
    const { token } = await rolecall.mint({ ...job, audience: 'sts.amazonaws.com' });
    return fromWebToken({ roleArn: role, webIdentityToken: token, clientConfig: options })();
  },
});
await refreshing.send(new GetCallerIdentityCommand({}));
const before = asked;
await refreshing.send(new GetCallerIdentityCommand({}));
assert(asked > before);
session.destroy();
refreshing.destroy();
await rolecall.close();
console.log('expired, and refreshed');
