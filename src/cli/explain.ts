/** `rolecall explain`: prints why a running emulator allows or denies a call. */
import { defined } from '../kernel/defined.ts';
import type { Decision } from '../policy/decision.ts';
import { formatDecision } from './format-decision.ts';
import { CommandError, callControlApi, print, readText } from './output.ts';

interface ExplainOptions {
  readonly role?: string;
  readonly token?: string;
  readonly sessionName: string;
  readonly unwanted?: boolean;
  readonly json?: boolean;
  readonly url: string;
}

export async function explainCommand(options: ExplainOptions): Promise<void> {
  const decision = await decisionFor(options);
  print(options.json === true ? JSON.stringify(decision, null, 2) : formatDecision(decision).join('\n'));
  process.exitCode = decision.allowed ? 0 : 1;
}

async function decisionFor({ role, token: file, sessionName, unwanted, url }: ExplainOptions): Promise<Decision> {
  const token = file === undefined ? (role === undefined ? undefined : process.env['ROLECALL_TOKEN']) : readText(file);
  if (role !== undefined && token !== undefined) {
    return (await callControlApi(url, '/explain', {
      action: 'AssumeRoleWithWebIdentity',
      roleArn: role,
      roleSessionName: sessionName,
      webIdentityToken: token.trim(),
      ...defined({ unwanted }),
    })) as Decision;
  }
  if (role !== undefined || token !== undefined)
    throw new CommandError(
      'specify both --role and a token (--token or ROLECALL_TOKEN), or neither to explain the last denial',
    );
  if (unwanted === true) throw new CommandError('--unwanted requires --role and a token (--token or ROLECALL_TOKEN)');
  const { decisions } = (await callControlApi(url, '/decisions?outcome=denied&limit=1')) as { decisions: Decision[] };
  const [last] = decisions;
  if (last === undefined) throw new CommandError('no call has been denied yet');
  return last;
}
