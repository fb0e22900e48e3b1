/** Request headers by lower-case name; repeated headers are joined with a comma, as in SigV4. */

export type Headers = ReadonlyMap<string, string>;

/** Reads alternating names and values (`IncomingMessage.rawHeaders`). */
export function readHeaders(raw: readonly string[]): Headers {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = trimWhitespace(raw[at + 1] ?? '');
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** Trims ASCII whitespace only, because a byte 0xA0 may be part of a multi-byte character. */
export const trimWhitespace = (value: string): string =>
  value.charCodeAt(0) <= 0x20 || value.charCodeAt(value.length - 1) <= 0x20
    ? value.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '')
    : value;

/** The media type of the Content-Type header, without parameters, in lower case; empty without the header. */
export function mediaType(headers: Headers): string {
  const value = headers.get('content-type') ?? '';
  const end = value.indexOf(';');
  return (end === -1 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** Whether the client requests JSON instead of XML: Accept contains `application/json`. */
export const acceptsJson = (headers: Headers): boolean => headers.get('accept')?.includes('application/json') ?? false;
