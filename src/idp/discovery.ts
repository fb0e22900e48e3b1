/** The discovery document of a hosted issuer, in its own shape, and the map from real addresses to issuers. */
import type { HostedIssuer } from './issuers/declaration.ts';
import { fill } from './presets/row.ts';
import type { JsonValue, Members } from './types.ts';

export const DISCOVERY = '/.well-known/openid-configuration';
/** RFC 8414 §3. */
export const OAUTH_METADATA = '/.well-known/oauth-authorization-server';

const withoutSlash = (iss: string): string => (iss.endsWith('/') ? iss.slice(0, -1) : iss);

/** Where an endpoint really is: on the issuer's own host. */
function realAddress(issuer: HostedIssuer, endpoint: string): string {
  const template = issuer.preset.endpoints[endpoint] ?? '';
  return fill(template, name => (name === 'issuer' ? issuer.iss : (issuer.parameters[name] ?? '')));
}

/** Path of an endpoint below `/idp/{id}`: what follows the iss, or the whole path when it is on another address. */
export function localPath(issuer: HostedIssuer, endpoint: string): string {
  const address = realAddress(issuer, endpoint);
  const base = withoutSlash(issuer.iss);
  return address.startsWith(`${base}/`) ? address.slice(base.length) : new URL(address).pathname;
}

/** Endpoint names by their local path. */
export const endpointAt = (issuer: HostedIssuer, path: string): string | undefined =>
  Object.keys(issuer.preset.endpoints).find(name => localPath(issuer, name) === path);

/**
 * The document. `issuer` is the iss, byte for byte, whoever asks; its addresses are the real ones for a client that came
 * by the issuer's real host, else they are below `base` (`http://localhost:4592/idp/github-actions`).
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

/** Addresses of the iss and of the endpoints, as they really are. */
function realUrls(issuer: HostedIssuer): readonly URL[] {
  const addresses = [issuer.iss, ...Object.keys(issuer.preset.endpoints).map(name => realAddress(issuer, name))];
  return addresses.filter(address => URL.canParse(address)).map(address => new URL(address));
}

/** Host names the issuer really answers on, lower case. */
export const realHosts = (issuer: HostedIssuer): readonly string[] => [
  ...new Set(realUrls(issuer).map(url => url.hostname)),
];

/** Did a client come by the issuer's own name? Loopback names count only with their port, for we are there too. */
export const isRealHost = (issuer: HostedIssuer, host: string): boolean =>
  realUrls(issuer).some(url => (isOwnName(url.hostname) ? url.host === host : url.hostname === hostName(host)));

/** A Host header without its port, lower case. */
export function hostName(host: string): string {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':');
  return (end > 0 ? host.slice(0, end) : host).toLowerCase();
}

/** Names under which this server itself is reached. */
const isOwnName = (name: string): boolean => name === 'localhost' || name.startsWith('[') || /^[\d.]+$/.test(name);

export interface Route {
  readonly issuerId: string;
  /** Path below `/idp/{issuerId}`. */
  readonly path: string;
}

/**
 * The issuer that answers on a real host and path: an endpoint's own address first, then the issuer with the longest
 * path that the request is under. Of issuers with one iss the first, for they share keys and document. `issuers` are
 * those that answer on the host; the query stays with the path.
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
