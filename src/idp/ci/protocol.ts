/** What a CI service's token endpoint is to us: a method, a path below the issuer, and an answer. */
import type { IncomingHttpHeaders } from 'node:http';
import { recordOf } from '../../kernel/table.ts';
import { IdpProblem } from '../idp-problem.ts';
import { isObject } from '../json.ts';
import type { MintRights } from '../mint/mint-rights.ts';
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
  /** For endpoints that ask for no job token. */
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
  const values = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
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
    // A stray percent sign: the segment is taken as it is written.
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
