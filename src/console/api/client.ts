/** Calls the control API: JSON requests and responses, the admin token when the server requires one, problem documents as errors. */

const BASE = '/_rolecall';
const TOKEN_KEY = 'rolecall-admin-token';

/** A failed call, with the members of its problem document (RFC 9457). */
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

/** Called when the server requires a token: the page then shows a prompt. */
let requestToken: () => void = () => undefined;

export function onTokenRequired(show: () => void): void {
  requestToken = show;
}

/** Stores the token until the tab is closed. */
export const storeToken = (token: string): void => sessionStorage.setItem(TOKEN_KEY, token);

export function headers(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN_KEY);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Opens `/_rolecall{path}`. Throws CallError for everything but 2xx, TypeError when the server cannot be reached. */
export async function open(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(BASE + path, { ...init, headers: { ...headers(), ...init.headers } });
  if (response.ok) return response;
  if (response.status === 401) requestToken();
  throw await problem(response);
}

async function problem(response: Response): Promise<CallError> {
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').includes('json')) {
    return new CallError(response.status, 'unknown', text.slice(0, 300) || response.statusText);
  }
  const { code, detail, path } = JSON.parse(text) as { code?: string; detail?: string; path?: string };
  return new CallError(response.status, code ?? 'unknown', detail ?? response.statusText, path);
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Calls the API and parses the JSON response. `T` is not checked at run time; the API's schema guarantees it. */
export async function call<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await open(path, {
    method,
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The message to show for an error. */
export const errorMessage = (error: unknown): string =>
  error instanceof CallError
    ? error.message
    : error instanceof TypeError
      ? 'Rolecall did not respond. Check that the server is running.'
      : String(error);
