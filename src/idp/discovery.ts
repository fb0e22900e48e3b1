/** The discovery document of a hosted issuer, in the issuer's own format, and the mapping of real URLs to issuers. */
import type { HostedIssuer } from './issuers/declaration.ts';
import { fill } from './presets/row.ts';
import type { JsonValue, Members } from './types.ts';

export const DISCOVERY = '/.well-known/openid-configuration';
/** RFC 8414 §3. */
export const OAUTH_METADATA = '/.well-known/oauth-authorization-server';

const withoutSlash = (iss: string): string => (iss.endsWith('/') ? iss.slice(0, -1) : iss);

/** The real URL of an endpoint, on the issuer's own host. */
function realAddress(issuer: HostedIssuer, endpoint: string): string {
  const template = issuer.preset.endpoints[endpoint] ?? '';
  return fill(template, name => (name === 'issuer' ? issuer.iss : (issuer.parameters[name] ?? '')));
}

/** Path of an endpoint relative to `/idp/{id}`: the part after the iss, or the whole path if it is at another URL. */
export function localPath(issuer: HostedIssuer, endpoint: string): string {
  const address = realAddress(issuer, endpoint);
  const base = withoutSlash(issuer.iss);
  return address.startsWith(`${base}/`) ? address.slice(base.length) : new URL(address).pathname;
}

/** The name of the endpoint with a local path. */
export const endpointAt = (issuer: HostedIssuer, path: string): string | undefined =>
  Object.keys(issuer.preset.endpoints).find(name => localPath(issuer, name) === path);

/**
 * Creates the document. `issuer` is always exactly the iss. The URLs are the real ones if `base` is undefined (a request
 * to the issuer's real host), else they are below `base` (`http://localhost:4592/idp/github-actions`).
 */
export function discoveryDocument(issuer: HostedIssuer, base: string | undefined): Members {
  const document: Record<string, JsonValue> = Object.create(null);
  document['issuer'] = issuer.iss;
  for (const name of Object.keys(issuer.preset.endpoints)) {
    document[name] = base === undefined ? realAddress(issuer, name) : base + localPath(issuer, name);
  }
  Object.assign(document, issuer.preset.discovery);
  const algs = issuer.preset.discovery['id_token_signing_alg_values_supported'];
  if (Array.isArray(algs) && !algs.includes(issuer.alg)) {
    document['id_token_signing_alg_values_supported'] = [issuer.alg];
  }
  return document;
}

/** The real URLs of the iss and of the endpoints. */
function realUrls(issuer: HostedIssuer): readonly URL[] {
  const addresses = [issuer.iss, ...Object.keys(issuer.preset.endpoints).map(name => realAddress(issuer, name))];
  return addresses.filter(address => URL.canParse(address)).map(address => new URL(address));
}

/** Real host names of the issuer, lower case. */
export const realHosts = (issuer: HostedIssuer): readonly string[] => [
  ...new Set(realUrls(issuer).map(url => url.hostname)),
];

/** Whether the Host is the issuer's real one. Loopback names count only with their port: this server uses them too. */
export const isRealHost = (issuer: HostedIssuer, host: string): boolean =>
  realUrls(issuer).some(url => (isOwnName(url.hostname) ? url.host === host : url.hostname === hostName(host)));

/** The Host header without its port, lower case. */
export function hostName(host: string): string {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':');
  return (end > 0 ? host.slice(0, end) : host).toLowerCase();
}

/** Whether a name is one under which this server itself is reached. */
const isOwnName = (name: string): boolean => name === 'localhost' || name.startsWith('[') || /^[\d.]+$/.test(name);

interface Route {
  readonly issuerId: string;
  /** Path relative to `/idp/{issuerId}`. */
  readonly path: string;
}

/**
 * The issuer for a real host and path: first by the URL of an endpoint, then the issuer with the longest path prefix.
 * For issuers with the same iss the first one, because they share keys and document. `issuers` are the issuers of the
 * host; the path keeps its query.
 */
export function routeByHost(issuers: readonly HostedIssuer[], host: string, path: string): Route | undefined {
  const name = hostName(host);
  const mark = path.indexOf('?');
  const pathname = mark < 0 ? path : path.slice(0, mark);
  const query = mark < 0 ? '' : path.slice(mark);
  let best: (Route & { readonly length: number }) | undefined;
  for (const issuer of issuers) {
    const isHere = (address: string): boolean => isAt(address, name, pathname);
    const endpoint = Object.keys(issuer.preset.endpoints).find(member => isHere(realAddress(issuer, member)));
    if (endpoint !== undefined) return { issuerId: issuer.id, path: localPath(issuer, endpoint) + query };
    const url = new URL(issuer.iss);
    const base = withoutSlash(url.pathname);
    const below = pathname.slice(base.length);
    const isUnder = url.hostname === name && pathname.startsWith(`${base}/`);
    const isTaken = best !== undefined && base.length <= best.length;
    if (!isUnder || isTaken || (isOwnName(name) && below !== DISCOVERY)) continue;
    best = { issuerId: issuer.id, path: below + query, length: base.length };
  }
  return best && { issuerId: best.issuerId, path: best.path };
}

function isAt(address: string, host: string, pathname: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.hostname === host && url.pathname === pathname;
}
