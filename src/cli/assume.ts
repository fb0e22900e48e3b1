/** `rolecall assume`: assumes a role with a token; prints shell variables, or JSON in the credential_process format. */

import type { Minted } from '../idp/types.ts';
import { defined } from '../kernel/defined.ts';
import { AssumeError, assume } from '../library/assume.ts';
import { parseClaimOptions } from './claims.ts';
import { CommandError, callControlApi, colorize, print, readText } from './output.ts';

interface AssumeCommandOptions {
  readonly role: string;
  readonly token?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly claim: Readonly<Record<string, unknown>>;
  readonly sessionName: string;
  readonly duration?: number;
  readonly json?: boolean;
  readonly url: string;
}

export async function assumeCommand(options: AssumeCommandOptions): Promise<void> {
  const { role, token, issuer, audience, sessionName, duration, url } = options;
  if ((token === undefined) === (issuer === undefined)) throw new CommandError('specify either --token or --issuer');
  const claims = issuer === undefined ? {} : await parseClaimOptions(url, issuer, options.claim);
  const parts = {
    url,
    mint: async (request: unknown) => (await callControlApi(url, '/tokens', request)) as Minted,
    decision: () => undefined,
  };
  const credentials = await assume(
    {
      role,
      sessionName,
      ...defined({ duration }),
      ...(token === undefined ? {} : { token: readText(token).trim() }),
      ...(issuer === undefined ? {} : { issuer, claims, ...defined({ audience }) }),
    },
    parts,
  ).catch((error: unknown) => {
    if (!(error instanceof AssumeError)) throw error;
    const hint = colorize('dim', 'run "rolecall explain" for the reason');
    throw new CommandError(`${error.status} ${error.code}: ${error.message}\n${hint}`, 1, { cause: error });
  });
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  if (options.json === true) {
    print(
      JSON.stringify(
        {
          Version: 1,
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration: expiration,
        },
        null,
        2,
      ),
    );
  } else {
    print(
      `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      `export AWS_SESSION_TOKEN=${sessionToken}`,
      `# ${credentials.arn} until ${expiration.toISOString()}`,
    );
  }
}
