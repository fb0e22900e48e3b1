/** What the command line prints, and how it ends: colours on a terminal only, one sentence for a failure. */
import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours a text when standard output is a terminal and NO_COLOR is not set. */
export const coloured = (style: Style, text: string): string =>
  process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText(style, text) : text;

export const print = (...lines: readonly string[]): void => {
  process.stdout.write(`${lines.join('\n')}\n`);
};

/** An ending the user can do something about: a sentence and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 2, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Prints what went wrong and ends; a stack is shown only for what nobody foresaw. */
export function fail(error: unknown): never {
  // ConfigError goes by its name: most commands do without the configuration and its schema.
  if (error instanceof CommandError || (error instanceof Error && error.name === 'ConfigError')) {
    process.stderr.write(`rolecall: ${error.message.replaceAll('\n', '\nrolecall: ')}\n`);
    process.exit(error instanceof CommandError ? error.exitCode : 2);
  }
  process.stderr.write(`rolecall: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(70);
}

/** Text of a file, or of standard input for `-`. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`cannot read ${file === '-' ? 'standard input' : file}: ${why}`, 2, { cause: error });
  }
}

interface Refusal {
  readonly detail?: string;
  readonly suggestion?: string;
}

/** Calls the control API of a running emulator; a refusal becomes its sentence. */
export async function callControl(
  url: string,
  path: string,
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<unknown> {
  const response = await fetchControl(url, path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const { detail, suggestion } = answer as Refusal;
  const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
  throw new CommandError(`${detail ?? response.statusText}${hint}`, response.status < 500 ? 2 : 70);
}

/** A request to the control API, with the administrator's token when the environment has one. */
export async function fetchControl(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  const token = process.env['ROLECALL_ADMIN_TOKEN'];
  const headers = { ...init.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  try {
    return await fetch(new URL(`/_rolecall${path}`, url), { ...init, headers });
  } catch (error) {
    throw new CommandError(
      `no emulator answers at ${url}; start one with "rolecall start", or name another with --url`,
      2,
      {
        cause: error,
      },
    );
  }
}
