/** Domains of service principals, one per partition, and of Alexa. */
const principalDomains: readonly string[] = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'c2s.ic.gov',
  'sc2s.sgov.gov',
  'csp.hci.ic.gov',
  'cloud.adc-e.uk',
];

/** Principals with a domain of their own. */
const otherPrincipals: ReadonlySet<string> = new Set(['alexa-appkit.amazon.com', 'alexa-connectedhome.amazon.com']);

/** The domain of a service principal; undefined for names that no service has. */
export const domainOf = (principal: string): string | undefined => {
  const lower = principal.toLowerCase();
  return otherPrincipals.has(lower)
    ? lower.slice(lower.indexOf('.') + 1)
    : principalDomains.find(domain => lower.endsWith(`.${domain}`));
};
