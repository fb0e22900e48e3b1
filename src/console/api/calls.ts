/** Calls of the control API: JSON in and out, the administrator's token when one is asked for, problems as errors. */

const BASE = '/_rolecall';
const TOKEN_PLACE = 'rolecall-admin-token';

/** A refused call, in the words of its problem document (RFC 9457). */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly status: number;
  readonly code: string;
  readonly path: string | undefined;

  constructor(status: number, code: string, message: string, path?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = path;
  }
}

/** Who is told that a token is needed: the page, which asks for it. */
let askForToken: () => void = () => undefined;

export function onTokenNeeded(ask: () => void): void {
  askForToken = ask;
}

/** The token lasts as long as the tab. */
export const rememberToken = (token: string): void => sessionStorage.setItem(TOKEN_PLACE, token);

export function headers(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN_PLACE);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Opens `/_rolecall{path}`. Throws CallError for everything but 2xx, TypeError when the server cannot be reached. */
export async function open(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(BASE + path, { ...init, headers: { ...headers(), ...init.headers } });
  if (answer.ok) return answer;
  if (answer.status === 401) askForToken();
  throw await problem(answer);
}

async function problem(answer: Response): Promise<CallError> {
  const text = await answer.text();
  if (!(answer.headers.get('content-type') ?? '').includes('json')) {
    return new CallError(answer.status, 'unknown', text.slice(0, 300) || answer.statusText);
  }
  const { code, detail, path } = JSON.parse(text) as { code?: string; detail?: string; path?: string };
  return new CallError(answer.status, code ?? 'unknown', detail ?? answer.statusText, path);
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A call whose answer is JSON of the named shape; the API's own schema is its warrant. */
export async function call<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const answer = await open(path, {
    method,
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** One sentence of what went wrong. */
export const sentenceOf = (error: unknown): string =>
  error instanceof CallError
    ? error.message
    : error instanceof TypeError
      ? 'Rolecall does not answer. Is it still running?'
      : String(error);
