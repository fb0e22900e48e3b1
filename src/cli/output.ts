/** Output and exit of the command line: colors on a terminal only, one sentence for a failure. */
import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colors a text if standard output is a terminal and NO_COLOR is not set. */
export const colorize = (style: Style, text: string): string =>
  process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText(style, text) : text;

export const print = (...lines: readonly string[]): void => {
  process.stdout.write(`${lines.join('\n')}\n`);
};

/** A failure that the user can correct: a message and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 2, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Prints an error and exits; prints a stack trace for unexpected errors only. */
export function fail(error: unknown): never {
  // Compares the name, not the class: most commands do not load the configuration and its schema.
  if (error instanceof CommandError || (error instanceof Error && error.name === 'ConfigError')) {
    process.stderr.write(`rolecall: ${error.message.replaceAll('\n', '\nrolecall: ')}\n`);
    process.exit(error instanceof CommandError ? error.exitCode : 2);
  }
  process.stderr.write(`rolecall: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(70);
}

/** Reads a file, or standard input for `-`; throws CommandError. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`cannot read ${file === '-' ? 'standard input' : file}: ${reason}`, 2, { cause: error });
  }
}

interface ProblemBody {
  readonly detail?: string;
  readonly suggestion?: string;
}

/** Calls the control API of a running emulator; a problem response (RFC 9457) becomes a CommandError. */
export async function callControlApi(
  url: string,
  path: string,
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<unknown> {
  const response = await fetchControlApi(url, path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const { detail, suggestion } = answer as ProblemBody;
  const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
  throw new CommandError(`${detail ?? response.statusText}${hint}`, response.status < 500 ? 2 : 70);
}

/** Sends a request to the control API, with the admin token from ROLECALL_ADMIN_TOKEN if it is set. */
export async function fetchControlApi(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  const token = process.env['ROLECALL_ADMIN_TOKEN'];
  const headers = { ...init.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  try {
    return await fetch(new URL(`/_rolecall${path}`, url), { ...init, headers });
  } catch (error) {
    throw new CommandError(
      `cannot connect to an emulator at ${url}; start one with "rolecall start", or set --url`,
      2,
      {
        cause: error,
      },
    );
  }
}
