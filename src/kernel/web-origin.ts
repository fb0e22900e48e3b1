/**
 * Whether a request comes from a web page, and from whose: one rule for every wire. A browser says it by Origin (RFC 6454
 * §7) and by Sec-Fetch-Site (W3C Fetch Metadata); programs send neither.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { readUrl } from './url.ts';

type PageHeaders = Pick<IncomingHttpHeaders, 'origin' | 'host' | 'sec-fetch-site' | 'sec-fetch-mode'>;

/** What Sec-Fetch-Site says of a page of this server, and of somebody who typed the address. */
const OWN_SITES: ReadonlySet<string | undefined> = new Set([undefined, 'same-origin', 'none']);

/**
 * Whether a page of another origin sent the request, or led a browser to it. Every header that is there must say
 * otherwise: one without the other proves nothing. An origin in `allowed` is not foreign, whatever its site.
 */
export function isForeignPage(headers: PageHeaders, allowed: ReadonlySet<string> = NONE): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && allowed.has(origin)) return false;
  return !OWN_SITES.has(headers['sec-fetch-site']) || (origin !== undefined && !isOwnOrigin(origin, host));
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The same for what no page of this server leads to: a browser that is led on by one of them (a link, a redirect) counts as
 * sent by a foreign page, for that page may have been told where to lead it.
 */
export const isLedByPage = (headers: PageHeaders, allowed?: ReadonlySet<string>): boolean =>
  isForeignPage(headers, allowed) ||
  (headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-site'] === 'same-origin');

/** Whether any page sent it, one of this server too: for what no page has a reason to call. */
export const isFromPage = (headers: PageHeaders): boolean =>
  headers.origin !== undefined || (headers['sec-fetch-site'] ?? 'none') !== 'none';

/** Host and port are compared; the scheme is the page's, for a proxy in front may speak TLS. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const page = readUrl(origin);
  if (host === undefined || page === undefined || page.host === '') return false;
  return readUrl(`${page.protocol}//${host}`)?.host === page.host;
}
