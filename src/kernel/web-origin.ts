/**
 * Whether a request comes from a web page, and from which origin: one rule for all protocols. Browsers send Origin
 * (RFC 6454 §7) and Sec-Fetch-Site (W3C Fetch Metadata); other clients send neither.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { readUrl } from './url.ts';

type PageHeaders = Pick<IncomingHttpHeaders, 'origin' | 'host' | 'sec-fetch-site' | 'sec-fetch-mode'>;

/** Values of Sec-Fetch-Site for a page of this server, and for a URL that the user entered. */
const OWN_SITES: ReadonlySet<string | undefined> = new Set([undefined, 'same-origin', 'none']);

/**
 * Whether a page of another origin sent the request, or navigated the browser to it. All present headers must indicate
 * the own origin: one alone proves nothing. An origin in `allowed` is not foreign, whatever its site.
 */
export function isForeignPage(headers: PageHeaders, allowed: ReadonlySet<string> = NONE): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && allowed.has(origin)) return false;
  return !OWN_SITES.has(headers['sec-fetch-site']) || (origin !== undefined && !isOwnOrigin(origin, host));
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The same for endpoints to which no page of this server links: a navigation from an own page (a link, a redirect) also
 * counts as foreign, because another site may have supplied its target.
 */
export const isForeignNavigation = (headers: PageHeaders, allowed?: ReadonlySet<string>): boolean =>
  isForeignPage(headers, allowed) ||
  (headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-site'] === 'same-origin');

/** Whether any page sent the request, including pages of this server: for endpoints that no page needs to call. */
export const isFromPage = (headers: PageHeaders): boolean =>
  headers.origin !== undefined || (headers['sec-fetch-site'] ?? 'none') !== 'none';

/** Compares host and port, but not the scheme, because a proxy in front may terminate TLS. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const page = readUrl(origin);
  if (host === undefined || page === undefined || page.host === '') return false;
  return readUrl(`${page.protocol}//${host}`)?.host === page.host;
}
