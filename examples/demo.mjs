// The demo, with the AWS SDK: `npm run demo`.
// Exchanges a GitHub Actions token for AWS credentials. Then a pull request's token is denied, and Rolecall explains why.
import assert from 'node:assert/strict';
import { styleText } from 'node:util';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startRolecall } from 'rolecall';

const ISSUER = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';

const colour = (style, text) => (process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text);
const step = text => console.log(`\n${colour('bold', `▸ ${text}`)}`);
const show = (name, value) => console.log(`  ${colour('dim', name.padEnd(12))} ${value}`);

const rolecall = await startRolecall();
try {
  const options = { endpoint: rolecall.url, region: 'us-east-1' };
  const administrator = { accessKeyId: 'test', secretAccessKey: 'test' };
  const iam = new IAMClient({ ...options, credentials: administrator });
  const sts = new STSClient({ ...options, credentials: administrator });

  step('Rolecall is running');
  show('url', rolecall.url);

  step('IAM: register the GitHub Actions issuer');
  const provider = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList: [AUDIENCE] }),
  );
  show('provider', provider.OpenIDConnectProviderArn);

  step('IAM: create a role that trusts the main branch of octo-org/octo-repo');
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'DeployFromMain',
        Effect: 'Allow',
        Principal: { Federated: provider.OpenIDConnectProviderArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: AUDIENCE,
            [`${ISSUER}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/main',
          },
        },
      },
    ],
  };
  const { Role: role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  show('role', role.Arn);

  step('GitHub: mint a token for a push to main');
  const main = await rolecall.mint({
    issuer: 'github-actions',
    audience: AUDIENCE,
    claims: { repository: 'octo-org/octo-repo', ref: 'refs/heads/main' },
  });
  show('iss', main.claims.iss);
  show('sub', main.claims.sub);
  show('aud', main.claims.aud);

  step('STS: AssumeRoleWithWebIdentity');
  const assume = token =>
    sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: role.Arn,
        RoleSessionName: 'demo',
        WebIdentityToken: token,
      }),
    );
  const { Credentials: credentials, AssumedRoleUser: assumed } = await assume(main.token);
  show('access key', credentials.AccessKeyId);
  show('expires', credentials.Expiration.toISOString());

  step('STS: GetCallerIdentity with those credentials');
  const session = new STSClient({
    ...options,
    credentials: {
      accessKeyId: credentials.AccessKeyId,
      secretAccessKey: credentials.SecretAccessKey,
      sessionToken: credentials.SessionToken,
    },
  });
  const identity = await session.send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Arn, assumed.Arn);
  show('arn', colour('green', identity.Arn));

  step('GitHub: mint a token for a pull request of the same repository');
  const pullRequest = await rolecall.mint({
    issuer: 'github-actions',
    audience: AUDIENCE,
    claims: { repository: 'octo-org/octo-repo', event_name: 'pull_request' },
  });
  show('sub', pullRequest.claims.sub);

  step('STS: AssumeRoleWithWebIdentity');
  const refusal = await assume(pullRequest.token).then(
    () => assert.fail('the pull request token was accepted'),
    error => error,
  );
  assert.equal(refusal.name, 'AccessDenied');
  show('reply', colour('red', `${refusal.$metadata.httpStatusCode} ${refusal.name}: ${refusal.message}`));

  const decision = rolecall.decisions.last();
  const failed = decision.layers
    .flatMap(layer => layer.statements)
    .flatMap(statement => statement.conditions)
    .filter(condition => !condition.ok);
  assert.equal(failed.length, 1);
  const [condition] = failed;
  assert.deepEqual(condition.actual, ['repo:octo-org/octo-repo:pull_request']);
  console.log(`  ${colour('dim', 'explanation')}`);
  for (const sentence of decision.explanation) console.log(`    ${sentence}`);
  show('  condition', `${condition.operator} ${condition.key}`);
  show('  expected', condition.expected.join(' or '));
  show('  actual', condition.actual.join(', '));
  for (const { title, sentence, admits } of decision.fixes) {
    show('  fix', `${title}: ${sentence}`);
    for (const who of admits) show('    lets in', who);
  }

  console.log(`\n${colour('green', 'Demo completed.')}`);
} finally {
  await rolecall.close();
}
