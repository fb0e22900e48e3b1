/** The application: calls GetCallerIdentity with credentials from its environment, then is denied with a pull request's token. */
import { readFile } from 'node:fs/promises';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const sts = new STSClient({});
const identity = await sts.send(new GetCallerIdentityCommand({}));
console.log(`app: signed in as ${identity.Arn}`);
if (!identity.Arn.includes(':assumed-role/deploy/')) throw new Error('the role was not assumed');

const denial = await sts
  .send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: process.env.AWS_ROLE_ARN,
      RoleSessionName: 'pull-request',
      WebIdentityToken: await readFile('/var/run/secrets/tokens/pull-request', 'utf8'),
    }),
  )
  .then(
    () => undefined,
    error => error,
  );
if (denial?.name !== 'AccessDenied') throw new Error('the token of a pull request was not denied', { cause: denial });
console.log(`app: a pull request is denied: ${denial.name}: ${denial.message}`);
