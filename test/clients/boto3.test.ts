/** boto3: provider registration, role, assume, errors, refresh. Each test is a file of python/ with asserts. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { python } from './available.ts';
import { type Emulator, withRolecall } from './emulator.ts';
import {
  declareRole,
  issuer,
  moveClockBack,
  providerArn,
  refusals,
  refused,
  roleArn,
  subject,
  trustPolicy,
} from './end-to-end.ts';
import { administrator, awsEnvironment, inFolder, run } from './run.ts';

/** Runs a file of python/; the test fails if an assert fails. */
async function script(
  name: string,
  rolecall: Emulator,
  { given = {}, env = administrator }: { given?: object; env?: Record<string, string> } = {},
): Promise<void> {
  await inFolder(async folder => {
    const tokenFile = join(folder, 'token');
    const input = JSON.stringify({
      url: rolecall.url,
      issuer,
      providerArn,
      roleArn,
      subject,
      trustPolicy,
      tokenFile,
      ...given,
    });
    const ended = await run(python, [fileURLToPath(new URL(`python/${name}.py`, import.meta.url))], {
      env: {
        ...awsEnvironment(rolecall.url, folder),
        PYTHONDONTWRITEBYTECODE: '1',
        AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
        ...env,
      },
      input,
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });
}

describe('boto3', () => {
  it('registers the issuer, creates a role, assumes it and gets the caller identity', () =>
    withRolecall(rolecall => script('end_to_end', rolecall)));

  it.each(refusals)('is denied with $name: $status $code', refusal =>
    withRolecall(rolecall => refused(rolecall, refusal, given => script('refused', rolecall, { given }))),
  );

  it('is denied with a damaged or expired session', () =>
    withRolecall(async rolecall => {
      await declareRole(rolecall);
      await script('session', rolecall);
    }));

  it('refreshes from the web identity token file in its environment', () =>
    withRolecall(async rolecall => {
      await declareRole(rolecall);
      await moveClockBack(rolecall);
      await script('refresh', rolecall, { env: { AWS_ROLE_ARN: roleArn, AWS_ROLE_SESSION_NAME: 'refreshed' } });
    }));
});
