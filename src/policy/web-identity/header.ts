/** AWS's rules for the header of a web identity token. Source: STS API reference, AssumeRoleWithWebIdentity, and recordings. */
import type { Members } from './members.ts';

/** The algorithms AWS accepts. */
export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512';

const algorithms: ReadonlySet<string> = new Set(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']);

/** `detail` explains the error and shows nothing of the token except an unsupported alg. */
export interface ParseError {
  readonly ok: false;
  readonly code: string;
  readonly detail: string;
}

export const parseError = (code: string, detail: string): ParseError => ({ ok: false, code, detail });

interface Header {
  readonly ok: true;
  readonly algorithm: Algorithm;
  /** Undefined when the header has no kid. */
  readonly kid: unknown;
}

/** Reads the header of a token that has a signature or none. */
export function readHeader(header: Members, isSigned: boolean): Header | ParseError {
  const algorithm = header.get('alg');
  if (!isAlgorithm(algorithm)) {
    return parseError(
      'unsupported-algorithm',
      `The token's alg is ${shown(algorithm)}; AWS accepts ${[...algorithms].join(', ')}.`,
    );
  }
  // Checked after alg: for an unsigned token, the error is about its alg.
  if (!isSigned) return parseError('not-a-jwt', 'The token has no signature.');
  if (header.has('crit')) {
    return parseError('critical-header', 'The token has a crit header; AWS supports no critical extensions.');
  }
  return { ok: true, algorithm, kid: header.get('kid') };
}

const isAlgorithm = (value: unknown): value is Algorithm => typeof value === 'string' && algorithms.has(value);

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'not a string');
