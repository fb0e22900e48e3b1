/** The interface of a CI service's token endpoint: a method, a path of the issuer, and a handler. */
import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../../kernel/json.ts';
import { recordOf } from '../../kernel/table.ts';
import { IdpProblem } from '../idp-problem.ts';
import type { MintRights } from '../mint/mint-rights.ts';
import type { Minted, MintRequest } from '../types.ts';
import type { JobTokens } from './job-token.ts';

interface CiRequest {
  readonly issuerId: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  /** Parsed JSON or form; undefined without a body. */
  readonly body: unknown;
  /** Values of the path's `:name` segments. */
  readonly path: Readonly<Record<string, string>>;
  /** For endpoints that do not require a job token. */
  readonly rights: MintRights;
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

/** One endpoint of a service; the rows of presets list them. */
export interface CiProtocol {
  readonly method: 'GET' | 'POST';
  /** Relative to `/idp/{issuer}`; `:name` matches one segment. */
  readonly path: string;
  readonly answer: (request: CiRequest, deps: CiDeps) => Promise<CiReply>;
}

/** The values of a path's `:name` segments; undefined if the path does not match. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const requested = pattern.split('/');
  const given = path.split('/');
  if (requested.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of requested.entries()) {
    const value = given[index] ?? '';
    if (!segment.startsWith(':')) {
      if (segment !== value) return undefined;
    } else if (value === '') return undefined;
    else values.set(segment.slice(1), decoded(value));
  }
  return recordOf(values);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Invalid percent-encoding: use the segment unchanged.
    return segment;
  }
}

/** A member of a JSON or form body. */
export const member = (body: unknown, name: string): unknown =>
  isObject(body) && Object.hasOwn(body, name) ? body[name] : undefined;

export const textMember = (body: unknown, name: string): string | undefined => {
  const value = member(body, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Mints a token; converts an IdpProblem to the error format of the service. */
export async function mintReply(
  deps: CiDeps,
  request: MintRequest,
  reply: (mintReply: Minted) => CiReply,
  refuse: (status: number, message: string) => CiReply,
): Promise<CiReply> {
  try {
    return reply(await deps.mint(request));
  } catch (error) {
    if (error instanceof IdpProblem) return refuse(error.status, error.message);
    throw error;
  }
}
