#!/usr/bin/env node
/** The command line. Exit codes: 0 done, 1 refused or found wanting, 2 misused or misconfigured, 70 a fault of Rolecall. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { fail } from './cli/output.ts';
import { STARTERS } from './cli/starters.ts';
import { FORMATS } from './seed/readers/formats.ts';
import { version } from './version.ts';

const whole =
  (least: number, most: number, what: string) =>
  (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least || number > most)
      throw new InvalidArgumentError(`${what} is ${least} to ${most}`);
    return number;
  };

/** Collects repeated `name=value`; the command makes of the texts what the issuer expects. */
function member(text: string, members: Record<string, unknown>): Record<string, unknown> {
  const cut = text.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError('write it as name=value');
  return Object.defineProperty({ ...members }, text.slice(0, cut), { value: text.slice(cut + 1), enumerable: true });
}

const several = (text: string, list: string[]): string[] => [...list, text];

const program = new Command('rolecall')
  .description('A local STS, OIDC and IAM emulator for testing and teaching identity federation')
  .version(version)
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    `
Examples:
  rolecall start                                          the server, with lines to copy
  rolecall token github-actions --claim ref=refs/heads/main
  rolecall exec eks-irsa --role ROLE_ARN -- aws sts get-caller-identity
  rolecall explain                                        why the last call was denied

Exit codes: 0 done · 1 refused or found wanting · 2 misused or misconfigured · 70 a fault of Rolecall`,
  )
  .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2));

const url = () =>
  new Option('--url <url>', 'address of the running emulator').env('ROLECALL_URL').default('http://127.0.0.1:4592');
const json = () => new Option('--json', 'print JSON');
const claimOption = () =>
  new Option('--claim <name=value>', 'set a claim; repeat for more')
    .argParser(member)
    .default({}, 'those of the preset');
const configFile = () => new Option('-c, --config <file>', 'rolecall.yaml or rolecall.json').env('ROLECALL_CONFIG');
const seconds = whole(1, 1_000_000_000, 'a number of seconds');

program
  .command('start')
  .description('run the server in the foreground')
  .addOption(configFile())
  .option('-w, --watch', 'follow the configuration file: accounts and issuers change as it is saved, sessions live on')
  .option('-p, --port <port>', 'port to listen on; 0 takes any free one (default 4592)', whole(0, 65_535, 'a port'))
  .option('-H, --host <address>', 'address to listen on (default 127.0.0.1)')
  .option('--public-url <url>', 'URL under which clients reach this server')
  .option('--tls', 'serve HTTPS too, under the real names of AWS and the issuers')
  .option('--tls-port <port>', 'port of HTTPS, which it switches on (default 4593)', whole(0, 65_535, 'a port'))
  .option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent (default info)')
  .addOption(new Option('--json', 'print where it listens as a line of JSON'))
  .action(async (...given: Parameters<typeof import('./cli/start.ts').startCommand>) =>
    (await import('./cli/start.ts')).startCommand(...given),
  );

program
  .command('token')
  .description('mint a token and print it')
  .argument('<issuer>', 'id of a hosted issuer, such as github-actions')
  .option('-a, --audience <audience>', 'audience of the token')
  .addOption(claimOption())
  .option('--remove-claim <name>', 'leave a claim out; repeat for more', several, [])
  .addOption(
    new Option('--header <name=value>', 'set a header member; repeat for more').argParser(member).default({}, 'none'),
  )
  .option('--fault <name>', 'break the token in a named way; repeat for more', several, [])
  .option('--expires-in <seconds>', 'seconds from iat to exp', seconds)
  .addOption(json())
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/token.ts').tokenCommand>) =>
    (await import('./cli/token.ts')).tokenCommand(...given),
  );

program
  .command('assume')
  .description('assume a role with a token, and print the credentials as shell variables')
  .requiredOption('-r, --role <arn>', 'the role to assume')
  .option('-t, --token <file>', 'file with the token; - reads standard input')
  .option('-i, --issuer <issuer>', 'mint a token of this issuer instead')
  .option('-a, --audience <audience>', 'audience of the minted token (default sts.amazonaws.com)')
  .addOption(claimOption())
  .option('--session-name <name>', 'RoleSessionName', 'rolecall')
  .option('--duration <seconds>', 'DurationSeconds', seconds)
  .addOption(new Option('--json', 'print what credential_process prints'))
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/assume.ts').assumeCommand>) =>
    (await import('./cli/assume.ts')).assumeCommand(...given),
  );

program
  .command('explain')
  .description('judge an AssumeRoleWithWebIdentity call without issuing anything, or show the last denial')
  .option('-r, --role <arn>', 'the role to assume')
  .option('-t, --token <file>', 'file with the token; - reads standard input; default: the variable ROLECALL_TOKEN')
  .option('--session-name <name>', 'RoleSessionName', 'explain')
  .addOption(json())
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/explain.ts').explainCommand>) =>
    (await import('./cli/explain.ts')).explainCommand(...given),
  );

program
  .command('decisions')
  .description('the last decisions, oldest first; --follow goes on')
  .option('--action <name>', 'only this operation')
  .addOption(new Option('--outcome <outcome>', 'only these').choices(['allowed', 'denied']))
  .option('--role <role>', 'only about this role')
  .option('--principal <part>', 'only by callers whose ARN or provider holds this')
  .option('-n, --limit <count>', 'how many', whole(1, 100_000, 'a count'), 20)
  .option('-f, --follow', 'print further decisions as they are made')
  .option('-l, --long', 'with reasons, conditions and fixes')
  .addOption(json())
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/decisions.ts').decisionsCommand>) =>
    (await import('./cli/decisions.ts')).decisionsCommand(...given),
  );

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
  .action(async (...given: Parameters<typeof import('./cli/lint.ts').lintCommand>) =>
    (await import('./cli/lint.ts')).lintCommand(...given),
  );

program
  .command('env')
  .description('print the variables of a CI job or pod, for a shell to read: eval "$(rolecall env github-actions)"')
  .argument('<issuer>', 'id of a hosted issuer')
  .addOption(claimOption())
  .option('-a, --audience <audience>', 'audience of tokens the platform makes unasked')
  .option('-r, --role <arn>', 'also set AWS_ROLE_ARN and a web identity token file')
  .addOption(json())
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/job.ts').envCommand>) =>
    (await import('./cli/job.ts')).envCommand(...given),
  );

program
  .command('exec')
  .description('run a command inside a CI job or pod: variables set, token files renewed, exit code passed through')
  .argument('<issuer>', 'id of a hosted issuer')
  .argument('<command...>', 'the command, after --')
  .addOption(claimOption())
  .option('-a, --audience <audience>', 'audience of tokens the platform makes unasked')
  .option('-r, --role <arn>', 'also set AWS_ROLE_ARN and a web identity token file')
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/job.ts').execCommand>) =>
    (await import('./cli/job.ts')).execCommand(...given),
  );

program
  .command('ca')
  .description('print the certificate authority of HTTPS; with --out, write it and print the variables that trust it')
  .option('-o, --out <file>', 'where it goes; standard output is then for a shell to read')
  .addOption(json())
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/ca.ts').caCommand>) =>
    (await import('./cli/ca.ts')).caCommand(...given),
  );

program
  .command('clock')
  .description('show or move the clock that tokens and sessions live by')
  .option('--now <moment>', 'set it: ISO 8601, or epoch milliseconds')
  .option('--advance <duration>', 'move it: an ISO 8601 duration such as PT2H or -PT50M')
  .option('--freeze', 'let it stand still')
  .option('--no-freeze', 'let it run on')
  .option('--real', 'back to real time')
  .addOption(json())
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/clock.ts').clockCommand>) =>
    (await import('./cli/clock.ts')).clockCommand(...given),
  );

program
  .command('reset')
  .description('back to the start state; clears decisions, faults and the clock')
  .addOption(json())
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/clock.ts').resetCommand>) =>
    (await import('./cli/clock.ts')).resetCommand(...given),
  );

program
  .command('init')
  .description('write a commented configuration to start from')
  .addArgument(new Argument('[starter]', 'who assumes roles').choices(Object.keys(STARTERS)).default('github-actions'))
  .option('-o, --out <file>', 'where it goes; - prints it', 'rolecall.yaml')
  .addOption(json())
  .action(async (...given: Parameters<typeof import('./cli/init.ts').initCommand>) =>
    (await import('./cli/init.ts')).initCommand(...given),
  );

const config = program.command('config').description('look at the configuration');
config
  .command('check')
  .description('check a configuration and name every fault')
  .addOption(configFile())
  .addOption(json())
  .action(async (...given: Parameters<typeof import('./cli/config.ts').checkCommand>) =>
    (await import('./cli/config.ts')).checkCommand(...given),
  );
config
  .command('print')
  .description('print the configuration with every default filled in')
  .addOption(configFile())
  .addOption(json())
  .action(async (...given: Parameters<typeof import('./cli/config.ts').printCommand>) =>
    (await import('./cli/config.ts')).printCommand(...given),
  );
config
  .command('schema')
  .description('print the JSON Schema of the configuration')
  .action(async (...given: Parameters<typeof import('./cli/config.ts').schemaCommand>) =>
    (await import('./cli/config.ts')).schemaCommand(...given),
  );

program
  .command('import')
  .description('turn an account, a Terraform state or plan, or a template into configuration')
  .argument('<file...>', 'what the AWS CLI or terraform show -json printed, or a template; - reads standard input')
  .addOption(
    new Option('-f, --format <name>', 'take the files for this format').choices(FORMATS.map(({ name }) => name)),
  )
  .option('-a, --account <number>', 'account of entities whose files do not tell it', '000000000000')
  .option('-o, --output <file>', 'where the configuration goes (default: standard output)')
  .option('--json', 'print the report as JSON')
  .action(async (...given: Parameters<typeof import('./cli/import.ts').importCommand>) =>
    (await import('./cli/import.ts')).importCommand(...given),
  );

program
  .command('export')
  .description('print what a running emulator holds, as configuration')
  .option('-o, --output <file>', 'where the configuration goes (default: standard output)')
  .option('--secrets', 'with the secrets of access keys, issuers and their clients')
  .addOption(new Option('--json', 'as JSON instead of YAML'))
  .addOption(url())
  .action(async (...given: Parameters<typeof import('./cli/export.ts').exportCommand>) =>
    (await import('./cli/export.ts')).exportCommand(...given),
  );

await program.parseAsync().catch(fail);
