/** `rolecall ca`: the certificate authority of a running emulator, and the variables that make clients trust it. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { table } from '../kernel/table.ts';
import { CommandError, colorize, fetchControlApi, print } from './output.ts';

interface CaOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly url: string;
}

/** Which clients read which variable. */
const VARIABLES: Readonly<Record<string, string>> = table({
  AWS_CA_BUNDLE: 'AWS CLI, boto3, SDK for Go',
  NODE_EXTRA_CA_CERTS: 'Node.js, so the SDK for JavaScript',
  SSL_CERT_FILE: 'OpenSSL, Go (so Terraform), Python',
});

/** Prints the certificate authority; with a file, writes it there and prints the variables as shell commands. */
export async function caCommand({ out, json, url }: CaOptions): Promise<void> {
  const certificateAuthority = await authorityOf(url);
  const file = out === undefined ? undefined : resolve(out);
  if (file !== undefined) write(file, certificateAuthority);
  const names = Object.keys(VARIABLES);
  const variables = file === undefined ? {} : Object.fromEntries(names.map(name => [name, file]));
  if (json === true) print(JSON.stringify({ certificateAuthority, file, variables }, null, 2));
  else if (file === undefined) show(certificateAuthority);
  else print(...names.map(name => `export ${name}=${quoted(file)}`));
}

function show(pem: string): void {
  process.stdout.write(pem);
  const names = Object.entries(VARIABLES).map(([name, readers]) => `  ${name}  ${readers}`);
  process.stderr.write(
    colorize(
      'dim',
      `\nWith --out FILE the certificate is written to a file. Set these variables to its path:\n${names.join('\n')}\n`,
    ),
  );
}

function write(file: string, pem: string): void {
  try {
    writeFileSync(file, pem);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CommandError(`cannot write ${file}: ${reason}`, 2, { cause: error });
  }
}

async function authorityOf(url: string): Promise<string> {
  const response = await fetchControlApi(url, '/ca');
  const text = await response.text();
  if (response.ok) return text;
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const { detail = response.statusText }: { detail?: string } = isProblem ? JSON.parse(text) : {};
  throw new CommandError(detail, response.status < 500 ? 2 : 70);
}

/** A word of a POSIX shell: unquoted if it has no special characters, else in single quotes. */
const quoted = (text: string): string => (/^[\w/.:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
