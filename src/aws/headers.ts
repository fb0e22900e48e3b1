/** Request headers by lower-case name, several lines of one name joined by a comma, as SigV4 joins them. */

export type Headers = ReadonlyMap<string, string>;

/** Reads names and values in turn (`IncomingMessage.rawHeaders`). */
export function readHeaders(raw: readonly string[]): Headers {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = trimBlanks(raw[at + 1] ?? '');
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** Without blanks at the ends; only ASCII ones, since a byte 0xA0 may be half of a letter. */
export const trimBlanks = (value: string): string =>
  value.charCodeAt(0) <= 0x20 || value.charCodeAt(value.length - 1) <= 0x20
    ? value.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '')
    : value;

/** The media type of a Content-Type value, without parameters, in lower case; empty when there is none. */
export function mediaType(headers: Headers): string {
  const value = headers.get('content-type') ?? '';
  const end = value.indexOf(';');
  return (end === -1 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** Whether the client prefers JSON to XML: `application/json` is named in Accept. */
export const acceptsJson = (headers: Headers): boolean => headers.get('accept')?.includes('application/json') ?? false;
