/** `rolecall start`: runs the server in the foreground and prints sample commands. */
import { ConfigError } from '../config/config-error.ts';
import { addLineNumbers, loadConfig, mergeConfig } from '../config/load.ts';
import type { Config, ConfigInput } from '../config/schema.ts';
import { type Emulator, startEmulator } from '../emulator.ts';
import { defined } from '../kernel/defined.ts';
import { table } from '../kernel/table.ts';
import { CommandError, colorize, print, readText } from './output.ts';
import { fileStamp, watchConfig } from './watch.ts';

interface StartOptions {
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly publicUrl?: string;
  readonly tls?: boolean;
  readonly tlsPort?: number;
  readonly logLevel?: NonNullable<ConfigInput['logLevel']>;
  readonly watch?: boolean;
  readonly json?: boolean;
}

export async function startCommand({ config: file, watch, json, tls, tlsPort, ...flags }: StartOptions): Promise<void> {
  if (watch && file === undefined)
    throw new CommandError('--watch requires a configuration file; specify it with --config');
  const read = (): Config => loadConfig(file, process.env, mergeConfig(flags as ConfigInput, tlsFlags(tls, tlsPort)));
  const stamp = file === undefined ? undefined : fileStamp(file);
  const config = read();
  const emulator = await startEmulator(config).catch((error: unknown) => {
    if (error instanceof ConfigError && file !== undefined) {
      throw new ConfigError(addLineNumbers(error.faults, readText(file), file), { cause: error });
    }
    throw startFailure(error, config);
  });
  const unwatch = watch && file !== undefined ? watchConfig(file, stamp, emulator, read) : undefined;
  const stop = (): void => {
    unwatch?.();
    // A second signal exits immediately.
    process.once('SIGINT', () => process.exit(130));
    emulator.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`rolecall: ${error}\n`);
        process.exit(70);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Printed last: a program that waits for these lines may stop the server immediately.
  print(...(json === true ? [JSON.stringify(facts(emulator))] : startText(emulator)));
}

/** `--tls-port` implies `--tls`. */
const tlsFlags = (tls: boolean | undefined, port: number | undefined): Pick<ConfigInput, 'tls'> =>
  tls === undefined && port === undefined ? {} : { tls: { enabled: true, ...defined({ port }) } };

/** Converts the system's errors for listening to one sentence with the fix. */
function startFailure(error: unknown, { host, port: plain, tls }: Config): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof Error && 'syscall' in error && error.syscall === 'mkdir') {
    return new CommandError(`cannot create the keys folder: ${error.message}; set keysFolder to another path`, 2, {
      cause: error,
    });
  }
  const port = error instanceof Error && 'port' in error ? error.port : plain;
  const flag = tls.enabled && port === tls.port ? '--tls-port' : '--port';
  const sentences: Record<string, string> = table({
    EADDRINUSE: `port ${port} is already in use on ${host}; choose another with ${flag}, or 0 for any free port`,
    EACCES: `opening port ${port} requires privileges; choose a port above 1023 with ${flag}`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose another address with --host`,
    ENOTFOUND: `the host name ${host} does not resolve; specify an IP address with --host`,
  });
  const sentence = typeof code === 'string' ? sentences[code] : undefined;
  return sentence === undefined ? error : new CommandError(sentence, 2, { cause: error });
}

/** The addresses of a started server, for programs that start it (`--json`). */
const facts = ({ url, tls, config }: Emulator) => ({
  url: config.publicUrl ?? url,
  tls: tls?.url ?? null,
  notes: notesOn(config),
});

/** Settings that are less strict, or less open, than the defaults. */
function notesOn(config: Config): string[] {
  const notes: string[] = [];
  if (config.host !== '127.0.0.1' && config.host !== '::1' && config.host !== 'localhost') {
    notes.push(`listening on ${config.host}: reachable from any host on the network`);
  }
  if (config.iam.providerUrls === 'any')
    notes.push('iam.providerUrls is "any": providers may be registered that AWS would reject');
  if (config.allowedOrigins.length > 0)
    notes.push(`web pages of ${config.allowedOrigins.join(', ')} may send signed AWS calls`);
  if (config.adminToken !== undefined) {
    notes.push('the control API and the console require the admin token');
    const open = Object.keys(config.issuers).filter(id => config.issuers[id]?.open === true);
    if (open.length > 0) notes.push(`issuers that mint tokens without the admin token: ${open.join(', ')}`);
  }
  return notes;
}

/** The documented default secret; any other secret is never printed. */
const DEFAULT_SECRET = 'test';

/** The administrator's access key in the sample commands. */
interface SampleKey {
  /** Text printed after the access key id. */
  readonly about: string;
  readonly shell: readonly string[];
  readonly javascript: string;
  readonly terraform: readonly string[];
}

const REGION = 'AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1';

/** A secret that may be printed: the samples contain it. */
const shownKey = (id: string, secret: string): SampleKey => ({
  about: `secret ${secret}`,
  shell: [`export AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret} ${REGION}`],
  javascript: `{ accessKeyId: '${id}', secretAccessKey: '${secret}' }`,
  terraform: [`  access_key = "${id}"`, `  secret_key = "${secret}"`],
});

/** A secret that must not be printed: the samples read it from the environment. */
const hiddenKey = (id: string): SampleKey => ({
  about: 'secret: credentials.secretAccessKey in the configuration',
  shell: [
    colorize('dim', '# set AWS_SECRET_ACCESS_KEY to credentials.secretAccessKey in the configuration'),
    `export AWS_ACCESS_KEY_ID=${id} ${REGION}`,
  ],
  javascript: `{ accessKeyId: '${id}', secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY }`,
  terraform: ['  # access_key and secret_key come from the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
});

/** The start text; contains no secret of the configuration. */
export function startText({ url: address, tls, config }: Pick<Emulator, 'url' | 'tls' | 'config'>): string[] {
  const url = config.publicUrl ?? address;
  const { accessKeyId, secretAccessKey, enabled, defaultAccount } = config.credentials;
  const isKnown = enabled && secretAccessKey === DEFAULT_SECRET;
  const key = isKnown
    ? shownKey(accessKeyId, DEFAULT_SECRET)
    : enabled
      ? hiddenKey(accessKeyId)
      : shownKey('YOUR_KEY_ID', 'YOUR_SECRET');
  return [
    `${colorize('bold', 'Rolecall')} is listening on ${colorize('cyan', url)}`,
    ...(tls === undefined
      ? []
      : [
          `  and on ${colorize('cyan', tls.url)}; to make clients trust it, run: eval "$(rolecall ca --url ${address} --out rolecall-ca.pem)"`,
        ]),
    ...(enabled ? [`  administrator of account ${defaultAccount}: access key ${accessKeyId}, ${key.about}`] : []),
    `  console ${url}/, control API ${url}/_rolecall/`,
    ...notesOn(config).map(note => colorize('yellow', `  note: ${note}`)),
    '',
    colorize('dim', '# Shell (AWS CLI, all SDKs)'),
    `export AWS_ENDPOINT_URL_STS=${url} AWS_ENDPOINT_URL_IAM=${url}`,
    ...key.shell,
    'aws sts get-caller-identity',
    '',
    colorize('dim', '# Mint a GitHub Actions token'),
    `curl -s ${config.adminToken === undefined ? '' : '-H "authorization: Bearer $ROLECALL_ADMIN_TOKEN" '}'${url}/_rolecall/tokens/github-actions?aud=sts.amazonaws.com&repository=octo-org/octo-repo&ref=refs/heads/main'`,
    '',
    colorize('dim', '// AWS SDK for JavaScript'),
    `new STSClient({ endpoint: '${url}', region: 'us-east-1', credentials: ${key.javascript} })`,
    '',
    colorize('dim', '# Terraform'),
    'provider "aws" {',
    '  region     = "us-east-1"',
    ...key.terraform,
    '  endpoints {',
    `    sts = "${url}"`,
    `    iam = "${url}"`,
    '  }',
    '}',
    '',
  ];
}
