/** The canonical request of Signature Version 4. Source: IAM User Guide, reference_sigv-create-signed-request. */
import { decodePairs } from './form.ts';
import type { Headers } from './headers.ts';

/** The signed parts of a request. `path` and `query` are raw, as received. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
}

/**
 * Creates the canonical request, with a payload hash in hex; undefined if a signed header is missing. Header values have
 * one character per byte, as in Node: hash the text as Latin-1 to hash the received bytes.
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

/** Collapses consecutive spaces to one; leading and trailing ones were removed when the headers were read. */
const canonicalValue = (value: string): string =>
  /[ \t\r\n]{2}|[\t\r\n]/.test(value) ? value.replace(/[ \t\r\n]+/g, ' ') : value;

/** Removes dot segments and duplicate slashes; then escapes all bytes except unreserved ones and slashes once more. */
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

/** The query with escaped and sorted names and values, without the signature. */
function canonicalQuery(query: string): string {
  if (query === '') return '';
  const escaped: [string, string][] = [];
  for (const [name, value] of decodePairs(query)) {
    if (name !== 'X-Amz-Signature') escaped.push([escapeText(name), escapeText(value)]);
  }
  escaped.sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
  return escaped.map(([name, value]) => `${name}=${value}`).join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** Percent-encodes all characters except the unreserved ones of RFC 3986 §2.3: A-Z a-z 0-9 - . _ ~ */
const escapeText = (text: string): string =>
  /^[\w.~-]*$/.test(text) ? text : encodeURIComponent(text).replace(/[!'()*]/g, hex);

/** The same for text with one character per byte. */
const escapeBytes = (text: string): string => text.replace(/[^\w.~-]/g, hex);
