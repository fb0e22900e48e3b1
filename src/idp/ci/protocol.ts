/** What a CI service's token endpoint is to us: a method, a path below the issuer, and an answer. */
import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../json.ts';
import { IdpProblem } from '../problem.ts';
import type { Minted, MintRequest } from '../types.ts';
import type { JobTokens } from './job-token.ts';

export interface CiRequest {
  readonly issuerId: string;
  /** The id of its preset. */
  readonly preset: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  /** Parsed JSON or form; undefined when there is none. */
  readonly body: unknown;
  /** Values of the path's `:name` segments. */
  readonly path: Readonly<Record<string, string>>;
}

export interface CiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as text, anything else as JSON. */
  readonly body: unknown;
}

export interface CiDeps {
  readonly mint: (request: MintRequest) => Promise<Minted>;
  readonly jobs: JobTokens;
}

export interface CiProtocol {
  /** Ids of the presets whose service speaks it. */
  readonly presets: readonly string[];
  readonly method: 'GET' | 'POST';
  /** Below `/idp/{issuer}`; `:name` is one segment. */
  readonly path: string;
  readonly answer: (request: CiRequest, deps: CiDeps) => Promise<CiReply>;
}

/** The values of a path's `:name` segments; undefined when the path is another one. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const values: Record<string, string> = Object.create(null);
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!segment.startsWith(':')) {
      if (segment !== value) return undefined;
    } else if (value === '') return undefined;
    else values[segment.slice(1)] = decoded(value);
  }
  return values;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray percent sign: the segment is taken as it is written.
    return segment;
  }
}

/** The token of an Authorization header of this scheme, which may be spelt in any case (RFC 9110 §11.1). */
export function ticketOf(headers: IncomingHttpHeaders, scheme: string): string | undefined {
  const [given, token] = (headers.authorization ?? '').split(' ', 2);
  return given?.toLowerCase() === scheme && token !== undefined && token !== '' ? token : undefined;
}

/**
 * Endpoints that in reality stand where only the workload reaches them (a socket, a link-local address) ask for no
 * ticket. A browser page must not reach them through us: it always sends an Origin with what it could not do otherwise.
 */
export const isFromPage = (headers: IncomingHttpHeaders): boolean =>
  headers.origin !== undefined || (headers['sec-fetch-site'] ?? 'none') !== 'none';

/** A member of a JSON or form body. */
export const member = (body: unknown, name: string): unknown =>
  isObject(body) && Object.hasOwn(body, name) ? body[name] : undefined;

export const textMember = (body: unknown, name: string): string | undefined => {
  const value = member(body, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Answers with a token, or with the service's own form of what mint refused. */
export async function minted(
  deps: CiDeps,
  request: MintRequest,
  reply: (minted: Minted) => CiReply,
  refuse: (status: number, message: string) => CiReply,
): Promise<CiReply> {
  try {
    return reply(await deps.mint(request));
  } catch (error) {
    if (error instanceof IdpProblem) return refuse(error.status, error.message);
    throw error;
  }
}
