/** Looks up names of actions, condition keys and service principals, and finds the nearest known name. */
import { nearest } from '../../kernel/text.ts';
import { contextKey, contextKeys } from '../context-keys.ts';
import { matchWildcard } from '../match.ts';
import { domainOf } from '../service-domains.table.ts';
import { servicePrincipals } from '../service-principals.table.ts';
import type { ServiceTable } from '../service-table.ts';
import { otherKeys, serviceAliases } from './service-names.table.ts';

/** Names further away than this are other names, not misspelled ones: one edit in a short name, two in others. */
const reach = (name: string): number => (name.length <= 5 ? 1 : 2);

/** The prefix that was meant; undefined when none is near. */
export const nearestService = (prefix: string, { prefixes }: ServiceTable): string | undefined =>
  serviceAliases.get(prefix.toLowerCase()) ?? nearest(prefix, prefixes, reach(prefix));

/** A key that ends with a name (`aws:RequestTag/team`): the part before the name, else all of it. */
const headOf = (key: string): string => key.slice(0, key.indexOf('/') + 1) || key;

const keysOf = (prefix: string, services: ServiceTable): readonly string[] =>
  (services.service(prefix)?.keys ?? []).map(key => `${prefix}:${key}`);

/** Whether a key of AWS or of a service exists. Keys are not case-sensitive. */
export function isKnownKey(key: string, services: ServiceTable): boolean {
  if (contextKey(key) !== undefined) return true;
  const lower = key.toLowerCase();
  const matches = (known: string): boolean =>
    known.includes('*') ? matchWildcard(known.toLowerCase(), lower) : known.toLowerCase() === lower;
  return keysOf(lower.slice(0, lower.indexOf(':')), services).some(matches) || otherKeys.some(matches);
}

/** The known key with the nearest spelling; of a key that ends with a name (`aws:RequestTag/team`), only the part before the name is compared. */
export function nearestKey(key: string, services: ServiceTable): string | undefined {
  const prefix = key.slice(0, Math.max(0, key.indexOf(':'))).toLowerCase();
  const isKnown = services.service(prefix) !== undefined;
  const better = isKnown ? undefined : nearest(prefix, ['aws', ...services.prefixes], reach(prefix));
  const written = better === undefined ? key : better + key.slice(prefix.length);
  const known = [...contextKeys.map(row => row.key), ...keysOf(better ?? prefix, services)].map(other =>
    other.endsWith('/*') ? other.slice(0, -1) : other,
  );
  const limit = isKnown || better !== undefined ? 3 : 2;
  const head = headOf(written);
  const name = head.endsWith('/') ? written.slice(head.length) : '';
  const whole = nearest(
    written,
    known.filter(other => !other.endsWith('/')),
    limit,
  );
  const named = nearest(
    head,
    known.filter(other => name !== '' && other.endsWith('/')),
    limit,
  );
  const found = [whole, named === undefined ? undefined : named + name];
  return found.find(other => other !== undefined && isKnownKey(other, services));
}

/** `us-east-1`, `us-gov-west-1`. */
const region = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/;

const knownPrincipals: ReadonlySet<string> = new Set(servicePrincipals);

/** What is known about a service principal. */
export interface PrincipalName {
  /** `wrong`: AWS has no such principal; `unknown`: it may be a new one. */
  readonly state: 'known' | 'wrong' | 'unknown';
  readonly better?: string | undefined;
}

const isPrincipal = (name: string, services: ServiceTable): boolean =>
  (services.service(name)?.actions.length ?? 0) > 0 || knownPrincipals.has(name);

const nearestPrincipal = (name: string, { prefixes }: ServiceTable): string | undefined =>
  serviceAliases.get(name) ?? nearest(name, [...prefixes, ...servicePrincipals], reach(name));

/** Judges a service principal: its domain, and the name before it, which may end with a region. */
export function judgePrincipal(text: string, services: ServiceTable): PrincipalName {
  const lower = text.toLowerCase();
  const domain = domainOf(lower);
  if (domain === undefined) {
    const service = (lower.split('.')[0] ?? '').trim();
    const better = isPrincipal(service, services) ? service : nearestPrincipal(service, services);
    return { state: 'wrong', better: better === undefined ? undefined : `${better}.amazonaws.com` };
  }
  const labels = lower.slice(0, -domain.length - 1).split('.');
  const place = labels.findIndex(label => region.test(label));
  const name = labels.filter((_, index) => index !== place).join('.');
  if (isPrincipal(name, services)) return { state: 'known' };
  const better = nearestPrincipal(name, services);
  if (better === undefined) return { state: 'unknown' };
  const regional = place === -1 ? better : `${better}.${labels[place]}`;
  return { state: 'wrong', better: `${regional}.${domain}` };
}
