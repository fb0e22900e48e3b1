#!/usr/bin/env node
/** The command line: start · token · explain · lint. Exit codes: 0 done, 1 refused or found wanting, 2 misused or misconfigured. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { explainCommand } from './cli/explain.ts';
import { lintCommand } from './cli/lint.ts';
import { fail } from './cli/output.ts';
import { startCommand } from './cli/start.ts';
import { tokenCommand } from './cli/token.ts';
import { version } from './version.ts';

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError('a port is 0 to 65535');
  return number;
}

/** Collects repeated `--claim name=value`; values that are JSON are taken as such, all others as text. */
function claim(text: string, claims: Record<string, unknown>): Record<string, unknown> {
  const cut = text.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError('write it as name=value');
  const name = text.slice(0, cut);
  return Object.defineProperty({ ...claims }, name, { value: text.slice(cut + 1), enumerable: true });
}

const several = (text: string, list: string[]): string[] => [...list, text];

const program = new Command('rolecall')
  .description('A local STS, OIDC and IAM emulator for testing and teaching identity federation')
  .version(version)
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2));

const url = () =>
  new Option('--url <url>', 'address of the running emulator').env('ROLECALL_URL').default('http://127.0.0.1:4592');
const json = () => new Option('--json', 'print JSON');

program
  .command('start')
  .description('run the server in the foreground')
  .option('-c, --config <file>', 'rolecall.yaml or rolecall.json')
  .option('-p, --port <port>', 'port to listen on; 0 takes any free one (default 4592)', port)
  .option('-H, --host <address>', 'address to listen on (default 127.0.0.1)')
  .option('--public-url <url>', 'URL under which clients reach this server')
  .option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent (default info)')
  .action(startCommand);

program
  .command('token')
  .description('mint a token and print it')
  .argument('<issuer>', 'id of a hosted issuer, such as github-actions')
  .option('-a, --audience <audience>', 'audience of the token')
  .option('--claim <name=value>', 'set a claim; repeat for more', claim, {})
  .option('--fault <name>', 'break the token in a named way; repeat for more', several, [])
  .option('--expires-in <seconds>', 'seconds from iat to exp', Number)
  .addOption(json())
  .addOption(url())
  .action(tokenCommand);

program
  .command('explain')
  .description('judge an AssumeRoleWithWebIdentity call without issuing anything, or show the last denial')
  .option('-r, --role <arn>', 'the role to assume')
  .option('-t, --token <file>', 'file with the token; - reads standard input')
  .option('--session-name <name>', 'RoleSessionName', 'explain')
  .addOption(json())
  .addOption(url())
  .action(explainCommand);

program
  .command('lint')
  .description('find what AWS would refuse in a policy, and what is dangerous in it')
  .argument('<file>', 'the policy document; - reads standard input')
  .addOption(
    new Option('-k, --kind <kind>', 'what the policy is attached to')
      .choices(['trust', 'identity', 'resource', 'session', 'boundary', 'scp', 'rcp'])
      .default('trust'),
  )
  .addOption(json())
  .action(lintCommand);

await program.parseAsync().catch(fail);
