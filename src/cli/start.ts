/** `rolecall start`: the server in the foreground, with lines to copy. */
import { ConfigError } from '../config/config-error.ts';
import { loadConfig, mergeConfig, placeErrors } from '../config/load.ts';
import type { Config, ConfigInput } from '../config/schema.ts';
import { type Emulator, startEmulator } from '../emulator.ts';
import { table } from '../kernel/table.ts';
import { CommandError, coloured, print, readText } from './output.ts';
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
  if (watch && file === undefined) throw new CommandError('--watch follows a file; name it with --config');
  const read = (): Config => loadConfig(file, process.env, mergeConfig(flags as ConfigInput, tlsFlags(tls, tlsPort)));
  const stamp = file === undefined ? undefined : fileStamp(file);
  const config = read();
  const emulator = await startEmulator(config).catch((error: unknown) => {
    if (error instanceof ConfigError && file !== undefined) {
      throw new ConfigError(placeErrors(error.faults, readText(file), file), { cause: error });
    }
    throw startFailure(error, config);
  });
  const unwatch = watch && file !== undefined ? watchConfig(file, stamp, emulator, read) : undefined;
  const stop = (): void => {
    unwatch?.();
    // A second signal ends at once, for those who cannot wait.
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
  // Printed last: whoever waits for these lines may end the server at once.
  print(...(json === true ? [JSON.stringify(facts(emulator))] : banner(emulator)));
}

/** A port of HTTPS is meant to be listened on. */
const tlsFlags = (tls: boolean | undefined, port: number | undefined): Pick<ConfigInput, 'tls'> =>
  tls === undefined && port === undefined ? {} : { tls: { enabled: true, ...(port === undefined ? {} : { port }) } };

/** The system's refusals to listen, in one sentence with the fix. */
function startFailure(error: unknown, { host, port: plain, tls }: Config): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof Error && 'syscall' in error && error.syscall === 'mkdir') {
    return new CommandError(`the keys folder cannot be made: ${error.message}; name another with keysFolder`, 2, {
      cause: error,
    });
  }
  const port = error instanceof Error && 'port' in error ? error.port : plain;
  const flag = tls.enabled && port === tls.port ? '--tls-port' : '--port';
  const sentences: Record<string, string> = table({
    EADDRINUSE: `port ${port} is taken on ${host}; choose another with ${flag}, or 0 for any free one`,
    EACCES: `port ${port} may not be opened without privileges; choose one above 1023 with ${flag}`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose another with --host`,
    ENOTFOUND: `the host name ${host} does not resolve; give an address with --host`,
  });
  const sentence = typeof code === 'string' ? sentences[code] : undefined;
  return sentence === undefined ? error : new CommandError(sentence, 2, { cause: error });
}

/** Where a started server is, for programs that start it. */
const facts = ({ url, tls, config }: Emulator) => ({
  url: config.publicUrl ?? url,
  tls: tls?.url ?? null,
  notes: notesOn(config),
});

/** What is not as strict, or not as open, as it comes. */
function notesOn(config: Config): string[] {
  const notes: string[] = [];
  if (config.host !== '127.0.0.1' && config.host !== '::1' && config.host !== 'localhost') {
    notes.push(`listens on ${config.host}: every host that reaches this machine may call it`);
  }
  if (config.iam.providerUrls === 'any')
    notes.push('iam.providerUrls is any: AWS would refuse some of these providers');
  if (config.allowedOrigins.length > 0)
    notes.push(`pages of ${config.allowedOrigins.join(', ')} may send signed AWS calls`);
  if (config.adminToken !== undefined) {
    notes.push('the control API and the console ask for the admin token');
    const open = Object.keys(config.issuers).filter(id => config.issuers[id]?.open === true);
    if (open.length > 0) notes.push(`issuers that mint without the admin token: ${open.join(', ')}`);
  }
  return notes;
}

/** The secret that the documentation names for everybody; one that somebody chose is never printed. */
const WELL_KNOWN = 'test';

/** The administrator's key as the lines to copy give it, or where they take it from. */
interface CopiedKey {
  /** Beside the id, for people. */
  readonly about: string;
  readonly shell: readonly string[];
  readonly javascript: string;
  readonly terraform: readonly string[];
}

const REGION = 'AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1';

/** A secret that may be shown, in every line. */
const shownKey = (id: string, secret: string): CopiedKey => ({
  about: `secret ${secret}`,
  shell: [`export AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret} ${REGION}`],
  javascript: `{ accessKeyId: '${id}', secretAccessKey: '${secret}' }`,
  terraform: [`  access_key = "${id}"`, `  secret_key = "${secret}"`],
});

/** A secret that may not: the lines take it from the environment, which their reader fills. */
const hiddenKey = (id: string): CopiedKey => ({
  about: 'its secret is credentials.secretAccessKey of the configuration',
  shell: [
    coloured('dim', '# set AWS_SECRET_ACCESS_KEY to credentials.secretAccessKey of the configuration'),
    `export AWS_ACCESS_KEY_ID=${id} ${REGION}`,
  ],
  javascript: `{ accessKeyId: '${id}', secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY }`,
  terraform: ['  # access_key and secret_key come from the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
});

/** The lines for people; of what is secret in the configuration they hold nothing. */
export function banner({ url: address, tls, config }: Pick<Emulator, 'url' | 'tls' | 'config'>): string[] {
  const url = config.publicUrl ?? address;
  const { accessKeyId, secretAccessKey, enabled, defaultAccount } = config.credentials;
  const isKnown = enabled && secretAccessKey === WELL_KNOWN;
  const key = isKnown
    ? shownKey(accessKeyId, WELL_KNOWN)
    : enabled
      ? hiddenKey(accessKeyId)
      : shownKey('YOUR_KEY_ID', 'YOUR_SECRET');
  return [
    `${coloured('bold', 'Rolecall')} is listening on ${coloured('cyan', url)}`,
    ...(tls === undefined
      ? []
      : [
          `  and on ${coloured('cyan', tls.url)}; clients trust it after: eval "$(rolecall ca --url ${address} --out rolecall-ca.pem)"`,
        ]),
    ...(enabled ? [`  administrator of account ${defaultAccount}: access key ${accessKeyId}, ${key.about}`] : []),
    `  console ${url}/, control API ${url}/_rolecall/`,
    ...notesOn(config).map(note => coloured('yellow', `  note: ${note}`)),
    '',
    coloured('dim', '# shell (aws, every SDK)'),
    `export AWS_ENDPOINT_URL_STS=${url} AWS_ENDPOINT_URL_IAM=${url}`,
    ...key.shell,
    'aws sts get-caller-identity',
    '',
    coloured('dim', '# a GitHub Actions token'),
    `curl -s ${config.adminToken === undefined ? '' : '-H "authorization: Bearer $ROLECALL_ADMIN_TOKEN" '}'${url}/_rolecall/tokens/github-actions?aud=sts.amazonaws.com&repository=octo-org/octo-repo&ref=refs/heads/main'`,
    '',
    coloured('dim', '// AWS SDK for JavaScript'),
    `new STSClient({ endpoint: '${url}', region: 'us-east-1', credentials: ${key.javascript} })`,
    '',
    coloured('dim', '# Terraform'),
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
