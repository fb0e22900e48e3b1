/** `rolecall env` and `rolecall exec`: the environment of a CI job or pod of an issuer, for a shell or a command. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { IssuerView, JobEnvironment } from '../idp/types.ts';
import { defined } from '../kernel/defined.ts';
import { parseClaimOptions } from './claims.ts';
import { runJob, writeFiles } from './job-files.ts';
import { CommandError, callControlApi, print } from './output.ts';

interface JobOptions {
  readonly claim: Readonly<Record<string, unknown>>;
  readonly audience?: string;
  readonly role?: string;
  readonly json?: boolean;
  readonly url: string;
}

interface ClockAnswer {
  readonly now: string;
}

/** Prints the variables as shell commands; the token files remain at the paths in the variables. */
export async function envCommand(issuer: string, options: JobOptions): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-job-'));
  const { variables, files } = await jobOf(issuer, directory, options);
  await writeFiles(files);
  if (files.length === 0) await rm(directory, { recursive: true });
  if (options.json === true) print(JSON.stringify(variables, null, 2));
  else print(...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`));
}

/** Runs a command with the variables set and the files renewed; removes the files and exits with the command's exit code. */
export async function execCommand(issuer: string, command: readonly string[], options: JobOptions): Promise<void> {
  const [program, ...parameters] = command;
  if (program === undefined)
    throw new CommandError(
      'specify a command after --, for example: rolecall exec github-actions -- aws sts get-caller-identity',
    );
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-job-'));
  try {
    const job = await runJob({
      requestEnvironment: () => jobOf(issuer, directory, options),
      now: async () => Date.parse(((await callControlApi(options.url, '/clock')) as ClockAnswer).now),
      onError: error => {
        const reason = error instanceof Error ? error.message : String(error);
        process.stderr.write(`rolecall: the token files could not be renewed: ${reason}\n`);
      },
    });
    try {
      process.exitCode = await run(program, parameters, job.variables);
    } finally {
      await job.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function jobOf(issuer: string, directory: string, options: JobOptions): Promise<JobEnvironment> {
  const { audience, role, url } = options;
  const claims = await parseClaimOptions(url, issuer, options.claim);
  const job = (await callControlApi(url, '/jobs', {
    issuer,
    claims,
    directory,
    ...defined({ audience }),
  })) as JobEnvironment;
  const endpoints = { AWS_ENDPOINT_URL_STS: url, AWS_ENDPOINT_URL_IAM: url };
  if (role === undefined) return { ...job, variables: { ...job.variables, ...endpoints } };
  const { variables, files } = await webIdentity(issuer, directory, role, job, { ...options, claim: claims });
  const region = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  return {
    ...job,
    files,
    variables: {
      ...variables,
      ...endpoints,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ROLE_ARN: role,
      // Unique for each job: the AWS CLI caches credentials by role and session name, and would reuse those of another
      // job, or of an emulator that no longer runs, without calling STS.
      AWS_ROLE_SESSION_NAME: process.env['AWS_ROLE_SESSION_NAME'] ?? basename(directory),
    },
  };
}

/** Adds a token file to a job whose platform has none, as the setup actions of such platforms do. */
async function webIdentity(issuer: string, directory: string, role: string, job: JobEnvironment, options: JobOptions) {
  if (job.variables['AWS_WEB_IDENTITY_TOKEN_FILE'] !== undefined) return job;
  const audience = options.audience ?? (await awsAudienceOf(options.url, issuer));
  const { token } = (await callControlApi(options.url, '/tokens', { issuer, claims: options.claim, audience })) as {
    token: string;
  };
  const path = join(directory, 'web-identity-token');
  return {
    role,
    files: [...job.files, { path, content: token }],
    variables: { ...job.variables, AWS_WEB_IDENTITY_TOKEN_FILE: path },
  };
}

/** The audience of tokens for AWS in the guide of the issuer's platform. */
async function awsAudienceOf(url: string, issuer: string): Promise<string> {
  const { awsAudience } = (await callControlApi(url, `/issuers/${encodeURIComponent(issuer)}`)) as IssuerView;
  return awsAudience ?? 'sts.amazonaws.com';
}

function run(
  program: string,
  parameters: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const {
    AWS_ACCESS_KEY_ID: _key,
    AWS_SECRET_ACCESS_KEY: _secret,
    AWS_SESSION_TOKEN: _token,
    AWS_PROFILE: _profile,
    AWS_DEFAULT_PROFILE: _defaultProfile,
    ...own
  } = process.env;
  return new Promise((done, fail) => {
    // A job has no long-term keys; they would take precedence over its web identity.
    const child = spawn(program, parameters, { stdio: 'inherit', env: { ...own, ...variables } });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.once('error', error => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      fail(
        new CommandError(isMissing ? `command not found: ${program}` : error.message, isMissing ? 127 : 126, {
          cause: error,
        }),
      );
    });
    child.once('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** A word of a POSIX shell. */
const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;
