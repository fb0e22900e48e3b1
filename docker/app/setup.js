/** One-time setup, normally done with Terraform: registers GitHub's issuer, creates the role, and writes two tokens for the app. */
import { writeFile } from 'node:fs/promises';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';

const rolecall = process.env.AWS_ENDPOINT_URL_IAM;
const issuer = 'token.actions.githubusercontent.com';

/** A token that GitHub Actions issues to a job of octo-org/octo-repo. */
async function mint(claims) {
  const query = new URLSearchParams({ aud: 'sts.amazonaws.com', repository: 'octo-org/octo-repo', ...claims });
  const answer = await fetch(`${rolecall}/_rolecall/tokens/github-actions?${query}`);
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return answer.text();
}

const iam = new IAMClient({});
const provider = await iam.send(
  new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList: ['sts.amazonaws.com'] }),
);
const role = await iam.send(
  new CreateRoleCommand({
    RoleName: 'deploy',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: provider.OpenIDConnectProviderArn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              [`${issuer}:aud`]: 'sts.amazonaws.com',
              [`${issuer}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/main',
            },
          },
        },
      ],
    }),
  }),
);
await writeFile('/var/run/secrets/tokens/main', await mint({ ref: 'refs/heads/main' }));
await writeFile(
  '/var/run/secrets/tokens/pull-request',
  await mint({ event_name: 'pull_request', ref: 'refs/pull/7/merge' }),
);
console.log(`setup: ${role.Role.Arn} trusts main of octo-org/octo-repo`);
