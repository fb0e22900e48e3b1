/**
 * Whether a request comes from a web page, and from whose: one rule for every wire. A browser says it by Origin (RFC 6454
 * §7) and by Sec-Fetch-Site (W3C Fetch Metadata); programs send neither.
 */
import type { IncomingHttpHeaders } from 'node:http';

type PageHeaders = Pick<IncomingHttpHeaders, 'origin' | 'host' | 'sec-fetch-site'>;

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

/** Whether any page sent it, one of this server too: for what no page has a reason to call. */
export const isFromPage = (headers: PageHeaders): boolean =>
  headers.origin !== undefined || (headers['sec-fetch-site'] ?? 'none') !== 'none';

/** Host and port are compared; the scheme is the page's, for a proxy in front may speak TLS. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const { protocol, host: page } = new URL(origin);
  const own = `${protocol}//${host}`;
  return page !== '' && URL.canParse(own) && new URL(own).host === page;
}
