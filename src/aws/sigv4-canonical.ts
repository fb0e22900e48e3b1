/** The canonical request of Signature Version 4. Source: IAM User Guide, reference_sigv-create-signed-request. */
import { pairs } from './form.ts';
import type { Headers } from './headers.ts';

/** What is signed of a request. `path` and `query` are raw, as on the wire. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
}

/**
 * The canonical request, for a payload hash in hex; undefined when a signed header is not there. Header values are
 * one character per byte, as Node has them: hash the text as Latin-1 to hash what was on the wire.
 */
export function canonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string | undefined {
  let lines = '';
  for (const name of signedHeaders) {
    const value = request.headers.get(name);
    if (value === undefined) return undefined;
    lines += `${name}:${canonicalValue(value)}\n`;
  }
  const path = canonicalPath(request.path);
  return `${request.method}\n${path}\n${canonicalQuery(request.query)}\n${lines}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

/** Blanks in a row become one space; those at the ends went when the headers were read. */
const canonicalValue = (value: string): string =>
  /[ \t\r\n]{2}|[\t\r\n]/.test(value) ? value.replace(/[ \t\r\n]+/g, ' ') : value;

/** Dot segments and doubled slashes go; every byte but unreserved ones and slashes is escaped, once more than it was. */
export function canonicalPath(path: string): string {
  if (path === '/' || path === '') return '/';
  const kept: string[] = [];
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const last = segments.at(-1);
  const slash = kept.length > 0 && (last === '' || last === '.' || last === '..') ? '/' : '';
  return `/${kept.map(escapeBytes).join('/')}${slash}`;
}

/** Names and values escaped and sorted, without the signature itself. */
export function canonicalQuery(query: string): string {
  if (query === '') return '';
  const escaped: [string, string][] = [];
  for (const [name, value] of pairs(query)) {
    if (name !== 'X-Amz-Signature') escaped.push([escapeText(name), escapeText(value)]);
  }
  escaped.sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
  return escaped.map(([name, value]) => `${name}=${value}`).join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** Escapes text as RFC 3986 §2.3 has it: only A-Z a-z 0-9 - . _ ~ stay. */
const escapeText = (text: string): string =>
  /^[\w.~-]*$/.test(text) ? text : encodeURIComponent(text).replace(/[!'()*]/g, hex);

/** The same for text that has one character per byte. */
const escapeBytes = (text: string): string => text.replace(/[^\w.~-]/g, hex);
