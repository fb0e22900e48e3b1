#!/usr/bin/env node
/** The command line. Exit codes: 0 success, 1 denied or findings, 2 usage or configuration error, 70 internal error. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { fail } from './cli/output.ts';
import { FORMATS } from './seed/readers/formats.ts';
import { version } from './version.ts';

const integer =
  (minimum: number, maximum: number, name: string) =>
  (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < minimum || number > maximum)
      throw new InvalidArgumentError(`${name} must be an integer from ${minimum} to ${maximum}`);
    return number;
  };

/** Collects repeated `name=value` options; the command converts each text to the type that the issuer expects. */
function member(text: string, members: Record<string, unknown>): Record<string, unknown> {
  const separator = text.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('expected name=value');
  return Object.defineProperty({ ...members }, text.slice(0, separator), {
    value: text.slice(separator + 1),
    enumerable: true,
  });
}

const collect = (text: string, list: string[]): string[] => [...list, text];

const program = new Command('rolecall')
  .description('A local STS, OIDC and IAM emulator for testing and teaching identity federation')
  .version(version)
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    `
Examples:
  rolecall start                                          start the server, print sample commands
  rolecall token github-actions --claim ref=refs/heads/main
  rolecall exec eks-irsa --role ROLE_ARN -- aws sts get-caller-identity
  rolecall explain                                        explain the last denial

Exit codes:
  0 success · 1 denied or findings · 2 usage or configuration error · 70 internal error`,
  )
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2));

const url = () =>
  new Option('--url <url>', 'URL of the running emulator').env('ROLECALL_URL').default('http://127.0.0.1:4592');
const json = () => new Option('--json', 'print JSON');
const claimOption = () =>
  new Option('--claim <name=value>', 'set a claim; repeatable').argParser(member).default({}, 'claims of the preset');
const configFile = () =>
  new Option('-c, --config <file>', 'configuration file, such as rolecall.yaml or rolecall.json').env(
    'ROLECALL_CONFIG',
  );
const seconds = integer(1, 1_000_000_000, 'the number of seconds');

program
  .command('start')
  .description('run the server in the foreground')
  .addOption(configFile())
  .option('-w, --watch', 'reload accounts and issuers when the configuration file changes; sessions stay valid')
  .option(
    '-p, --port <port>',
    'port to listen on; 0 selects any free port (default 4592)',
    integer(0, 65_535, 'the port'),
  )
  .option('-H, --host <address>', 'address to listen on (default 127.0.0.1)')
  .option('--public-url <url>', 'URL at which clients reach this server')
  .option('--tls', 'also serve HTTPS, under the real host names of AWS and the issuers')
  .option('--tls-port <port>', 'HTTPS port; implies --tls (default 4593)', integer(0, 65_535, 'the port'))
  .option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent (default info)')
  .addOption(new Option('--json', 'print the listening address as JSON'))
  .action(async (...args: Parameters<typeof import('./cli/start.ts').startCommand>) =>
    (await import('./cli/start.ts')).startCommand(...args),
  );

program
  .command('token')
  .description('mint a token and print it')
  .argument('<issuer>', 'id of a hosted issuer, such as github-actions')
  .option('-a, --audience <audience>', 'audience of the token')
  .addOption(claimOption())
  .addOption(new Option('--remove-claim <name>', 'remove a claim; repeatable').argParser(collect).default([], 'none'))
  .addOption(
    new Option('--header <name=value>', 'set a header parameter; repeatable').argParser(member).default({}, 'none'),
  )
  .addOption(
    new Option('--fault <name>', 'add a named token defect; repeatable').argParser(collect).default([], 'none'),
  )
  .option('--expires-in <seconds>', 'lifetime: seconds from iat to exp', seconds)
  .addOption(json())
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/token.ts').tokenCommand>) =>
    (await import('./cli/token.ts')).tokenCommand(...args),
  );

program
  .command('assume')
  .description('assume a role with a token, and print the credentials as shell variables')
  .requiredOption('-r, --role <arn>', 'ARN of the role to assume')
  .option('-t, --token <file>', 'file that contains the token; - reads standard input')
  .option('-i, --issuer <issuer>', 'mint a token of this hosted issuer instead')
  .option('-a, --audience <audience>', 'audience of the minted token (default sts.amazonaws.com)')
  .addOption(claimOption())
  .option('--session-name <name>', 'RoleSessionName', 'rolecall')
  .option('--duration <seconds>', 'DurationSeconds', seconds)
  .addOption(new Option('--json', 'print JSON in the credential_process format'))
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/assume.ts').assumeCommand>) =>
    (await import('./cli/assume.ts')).assumeCommand(...args),
  );

program
  .command('explain')
  .description('evaluate an AssumeRoleWithWebIdentity call without issuing credentials, or explain the last denial')
  .option('-r, --role <arn>', 'ARN of the role to assume')
  .option(
    '-t, --token <file>',
    'file that contains the token; - reads standard input (default: the value of ROLECALL_TOKEN)',
  )
  .option('--session-name <name>', 'RoleSessionName', 'explain')
  .option('--unwanted', 'the caller should be kept out: if the call is allowed, print what to change')
  .addOption(json())
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/explain.ts').explainCommand>) =>
    (await import('./cli/explain.ts')).explainCommand(...args),
  );

program
  .command('decisions')
  .description('list the latest decisions, oldest first')
  .option('--action <name>', 'only decisions about this operation')
  .addOption(new Option('--outcome <outcome>', 'only decisions with this outcome').choices(['allowed', 'denied']))
  .option('--role <role>', 'only decisions about this role')
  .option('--principal <part>', 'only decisions whose principal ARN or provider contains this text')
  .option('-n, --limit <count>', 'maximum number of decisions', integer(1, 100_000, 'the count'), 20)
  .option('-f, --follow', 'keep running and print each new decision')
  .option('-l, --long', 'include reasons, conditions and fixes')
  .addOption(json())
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/decisions.ts').decisionsCommand>) =>
    (await import('./cli/decisions.ts')).decisionsCommand(...args),
  );

program
  .command('lint')
  .description('report errors that AWS would reject and unsafe statements in a policy')
  .argument('<file>', 'policy document; - reads standard input')
  .addOption(
    new Option('-k, --kind <kind>', 'policy type')
      .choices(['trust', 'identity', 'resource', 'session', 'boundary', 'scp', 'rcp'])
      .default('trust'),
  )
  .addOption(json())
  .action(async (...args: Parameters<typeof import('./cli/lint.ts').lintCommand>) =>
    (await import('./cli/lint.ts')).lintCommand(...args),
  );

program
  .command('env')
  .description(
    'print the environment variables of a CI job or pod as shell commands: eval "$(rolecall env github-actions)"',
  )
  .argument('<issuer>', 'id of a hosted issuer')
  .addOption(claimOption())
  .option('-a, --audience <audience>', 'audience of tokens issued by default')
  .option('-r, --role <arn>', 'also set AWS_ROLE_ARN and provide a web identity token file')
  .addOption(json())
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/job.ts').envCommand>) =>
    (await import('./cli/job.ts')).envCommand(...args),
  );

program
  .command('exec')
  .description(
    'run a command in the environment of a CI job or pod; token files are renewed, the exit code is passed through',
  )
  .argument('<issuer>', 'id of a hosted issuer')
  .argument('<command...>', 'command to run, after --')
  .addOption(claimOption())
  .option('-a, --audience <audience>', 'audience of tokens issued by default')
  .option('-r, --role <arn>', 'also set AWS_ROLE_ARN and provide a web identity token file')
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/job.ts').execCommand>) =>
    (await import('./cli/job.ts')).execCommand(...args),
  );

program
  .command('ca')
  .description(
    'print the HTTPS certificate authority, or write it to a file and print the variables that make clients trust it',
  )
  .option('-o, --out <file>', 'write the certificate to this file and print shell export commands')
  .addOption(json())
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/ca.ts').caCommand>) =>
    (await import('./cli/ca.ts')).caCommand(...args),
  );

program
  .command('clock')
  .description('show or set the emulator clock, which determines the validity of tokens and sessions')
  .option('--now <moment>', 'set the time: ISO 8601, or epoch milliseconds')
  .option('--advance <duration>', 'move the time by an ISO 8601 duration, such as PT2H or -PT50M')
  .option('--freeze', 'freeze the clock')
  .option('--no-freeze', 'unfreeze the clock')
  .option('--real', 'reset to real time')
  .addOption(json())
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/clock.ts').clockCommand>) =>
    (await import('./cli/clock.ts')).clockCommand(...args),
  );

program
  .command('reset')
  .description('restore the start state; clears decisions, injected faults and the clock')
  .addOption(json())
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/clock.ts').resetCommand>) =>
    (await import('./cli/clock.ts')).resetCommand(...args),
  );

// Loaded for this command only: the table of presets would slow down all others.
const starters = process.argv.includes('init') ? (await import('./cli/starters.ts')).STARTERS : undefined;
program
  .command('init')
  .description('write a commented starter configuration')
  .addArgument(
    new Argument('[starter]', 'type of workload that assumes roles')
      .choices([...(starters?.keys() ?? [])])
      .default(starters?.keys().next().value),
  )
  .option('-o, --out <file>', 'output file; - prints to standard output', 'rolecall.yaml')
  .addOption(json())
  .action(async (...args: Parameters<typeof import('./cli/init.ts').initCommand>) =>
    (await import('./cli/init.ts')).initCommand(...args),
  );

const config = program.command('config').description('check or print the configuration');
config
  .command('check')
  .description('check a configuration and report every error')
  .addOption(configFile())
  .addOption(json())
  .action(async (...args: Parameters<typeof import('./cli/config.ts').checkCommand>) =>
    (await import('./cli/config.ts')).checkCommand(...args),
  );
config
  .command('print')
  .description('print the configuration including all defaults')
  .addOption(configFile())
  .addOption(json())
  .action(async (...args: Parameters<typeof import('./cli/config.ts').printCommand>) =>
    (await import('./cli/config.ts')).printCommand(...args),
  );
config
  .command('schema')
  .description('print the JSON Schema of the configuration')
  .action(async (...args: Parameters<typeof import('./cli/config.ts').schemaCommand>) =>
    (await import('./cli/config.ts')).schemaCommand(...args),
  );

program
  .command('import')
  .description('convert an AWS account, a Terraform state or plan, or a CloudFormation template to configuration')
  .argument('<file...>', 'output of the AWS CLI or terraform show -json, or a template; - reads standard input')
  .addOption(
    new Option('-f, --format <name>', 'format of the files (default: detected)').choices(
      FORMATS.map(({ name }) => name),
    ),
  )
  .option('-a, --account <number>', 'account number for entities whose files contain none', '000000000000')
  .option('-o, --output <file>', 'output file (default: standard output)')
  .option('--json', 'print the report as JSON')
  .action(async (...args: Parameters<typeof import('./cli/import.ts').importCommand>) =>
    (await import('./cli/import.ts')).importCommand(...args),
  );

program
  .command('export')
  .description('print the state of a running emulator as configuration')
  .option('-o, --output <file>', 'output file (default: standard output)')
  .option('--secrets', 'include the secrets of access keys, issuers and their clients')
  .addOption(new Option('--json', 'print JSON instead of YAML'))
  .addOption(url())
  .action(async (...args: Parameters<typeof import('./cli/export.ts').exportCommand>) =>
    (await import('./cli/export.ts')).exportCommand(...args),
  );

await program.parseAsync().catch(fail);
