/** The app: asks AWS who it is, with the credentials its environment leads to, and is refused with a pull request's token. */
import { readFile } from 'node:fs/promises';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const sts = new STSClient({});
const identity = await sts.send(new GetCallerIdentityCommand({}));
console.log(`app: I am ${identity.Arn}`);
if (!identity.Arn.includes(':assumed-role/deploy/')) throw new Error('the role was not assumed');

const refused = await sts
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
if (refused?.name !== 'AccessDenied')
  throw new Error('the token of a pull request was not refused', { cause: refused });
console.log(`app: a pull request is refused: ${refused.name}: ${refused.message}`);
