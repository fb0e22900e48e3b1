/** Parses the Host header, decides which hosts are allowed, and maps real AWS host names to a service and region. */
import { isIP } from 'node:net';
import { LastValue } from '../kernel/last-value.ts';

/** The service of a real AWS endpoint name; `region` is undefined for global endpoints. */
interface Endpoint {
  readonly service: string;
  readonly region?: string;
}

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

const GLOBAL: ReadonlyMap<string, Endpoint> = new Map([
  ['sts.amazonaws.com', { service: 'sts' }],
  ['iam.amazonaws.com', { service: 'iam' }],
  ['iam.global.api.aws', { service: 'iam' }],
]);

/** Services with regional endpoint names, and the suffixes of these names. */
const REGIONAL = new Set(['sts', 'cloudtrail']);
const ENDINGS = ['.amazonaws.com', '.api.aws'];

/** The service and region of a real AWS host name; undefined for other hosts. */
export function awsEndpoint(host: string): Endpoint | undefined {
  const global = GLOBAL.get(host);
  if (global !== undefined) return global;
  const ending = ENDINGS.find(candidate => host.endsWith(candidate));
  if (ending === undefined) return undefined;
  const [service = '', region = '', ...more] = host.slice(0, -ending.length).split('.');
  return more.length === 0 && REGIONAL.has(service) && REGION.test(region) ? { service, region } : undefined;
}

/** A Host header: its name, and what depends on the name only. */
export interface KnownHost {
  readonly name: string;
  /** Whether requests for it are served; others get 421. */
  readonly isAllowed: boolean;
  /** The AWS service that it is the endpoint of. */
  readonly endpoint: Endpoint | undefined;
  /** Whether its paths are those of an issuer or a credential agent, not those of this server. */
  readonly hasOwnPaths: boolean;
}

/**
 * Hosts by their header, undefined for a malformed one. Each request needs its host several times, and consecutive requests
 * usually have the same one. Clear it when a rule changes.
 */
export type KnownHosts = LastValue<string | undefined, KnownHost | undefined>;

export const createKnownHosts = (rules: {
  isAllowed(name: string): boolean;
  hasOwnPaths(name: string): boolean;
}): KnownHosts =>
  new LastValue(header => {
    const name = hostName(header);
    if (name === undefined) return undefined;
    return {
      name,
      isAllowed: rules.isAllowed(name),
      endpoint: awsEndpoint(name),
      hasOwnPaths: rules.hasOwnPaths(name),
    };
  });

/** The name in a Host header: lower case, no port, no brackets; undefined when the header is malformed. */
export function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(header ?? '');
  return Number(match?.[3] ?? 0) > 65_535 ? undefined : (match?.[1] ?? match?.[2])?.toLowerCase();
}

/**
 * Creates the check whether a host is allowed: loopback names, IP literals, single-label names (Compose services), AWS
 * names, names of hosted issuers and `allowedHosts`. Any other host may be DNS rebinding and gets 421.
 */
export function createHostCheck(allowed: readonly string[], isIssuerHost: (host: string) => boolean) {
  const named = new Set(allowed.map(host => host.toLowerCase()));
  return (host: string): boolean =>
    isIP(host) !== 0 ||
    !host.includes('.') ||
    host.endsWith('.localhost') ||
    named.has(host) ||
    awsEndpoint(host) !== undefined ||
    isIssuerHost(host);
}
