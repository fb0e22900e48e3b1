/** Which addresses a fetch may go to: public ones, private ones only for issuers that may be there, some never. */
import { BlockList, isIP } from 'node:net';

function list(...subnets: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const subnet of subnets) {
    const [address = '', prefix = ''] = subnet.split('/');
    blocks.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return blocks;
}

/** Link-local with the metadata services (and those elsewhere of AWS, Alibaba and Azure), "this" network, multicast, reserved. */
const NEVER = list(
  ...['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32', '100.100.100.200/32', '168.63.129.16/32'],
  ...['0.0.0.0/8', '::/128', '224.0.0.0/4', 'ff00::/8', '240.0.0.0/4'],
);

/** RFC 1918, RFC 4193, site-local, loopback, carrier-grade NAT, benchmark nets, and IPv6 forms that carry an IPv4 address. */
const PRIVATE = list(
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '::1/128', 'fc00::/7', '100.64.0.0/10'],
  ...['192.0.0.0/24', '198.18.0.0/15', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16'],
  ...['::/96', '::ffff:0:0:0/96', '2001::/32', 'fec0::/10'],
);

export type AddressKind = 'public' | 'private' | 'never';

export function kindOfAddress(address: string): AddressKind {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (NEVER.check(address, family)) return 'never';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

const PRIVATE_SUFFIXES = ['.local', '.test', '.internal', '.localhost'];

/** The address inside the brackets of a URL's IPv6 host; other hosts as they are. */
export const bareHost = (hostname: string): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);

/** Is it plain from the name alone that the host is not on the public network? */
export function isPrivateName(hostname: string): boolean {
  const host = bareHost(hostname).toLowerCase();
  if (isIP(host) !== 0) return kindOfAddress(host) === 'private';
  return !host.includes('.') || PRIVATE_SUFFIXES.some(suffix => host.endsWith(suffix));
}
