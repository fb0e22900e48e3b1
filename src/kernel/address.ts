/** Classifies network addresses and host names as public, private or never allowed, for registration and for fetches. */
import { BlockList, isIP } from 'node:net';

/** `never`: link-local, metadata services, "this" network, multicast, reserved. */
export type AddressKind = 'public' | 'private' | 'never';

function list(...subnets: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const subnet of subnets) {
    const [address = '', prefix = ''] = subnet.split('/');
    blocks.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return blocks;
}

const NEVER = list(
  // "This" network, link-local with most metadata services, multicast, reserved (RFC 6890; RFC 4291 section 2.4).
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '::/128', 'fe80::/10', 'ff00::/8'],
  // Documentation, discard-only, deprecated relays (RFC 5737, RFC 3849, RFC 9637, RFC 6666, RFC 7526, RFC 9602).
  ...['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '192.88.99.0/24'],
  ...['2001:db8::/32', '3fff::/20', '100::/64', '5f00::/16'],
  // Other metadata services: Alibaba, Azure, Oracle; NAT64 discovery (RFC 7050 section 8).
  ...['100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32', '192.0.0.170/31'],
  // Metadata services over IPv6: AWS, Google, Oracle, Scaleway, Linode, Alibaba.
  ...['fd00:ec2::/32', 'fd20:ce::254/128', 'fd00:c1::a9fe:a9fe/128', 'fd00:42::42/128', 'fd00:a9fe:a9fe::1/128'],
  'fd00:100::100:200/128',
);

const PRIVATE = list(
  // RFC 1918, loopback, carrier-grade NAT (RFC 6598), IETF protocols (RFC 6890), benchmarks (RFC 2544).
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15'],
  // Loopback, unique local (RFC 4193), site-local (RFC 3879).
  ...['::1/128', 'fc00::/7', 'fec0::/10'],
  // Translation and tunnel addresses that embed an IPv4 address; see `carried`.
  ...['::/96', '::ffff:0:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
);

const STRICTNESS: readonly AddressKind[] = ['public', 'private', 'never'];

const strictestOf = (one: AddressKind, other: AddressKind): AddressKind =>
  STRICTNESS.indexOf(one) > STRICTNESS.indexOf(other) ? one : other;

function plainKind(address: string, family: 'ipv4' | 'ipv6'): AddressKind {
  if (NEVER.check(address, family)) return 'never';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

/**
 * The kind of an address, with or without a zone, in any format that `isIP` accepts. An IPv6 address with an embedded
 * IPv4 address has the stricter kind of the two. A text that is not an address is `never`.
 */
export function kindOfAddress(text: string): AddressKind {
  const address = text.split('%', 1)[0] ?? '';
  const version = isIP(address);
  if (version === 0) return 'never';
  if (version === 4) return plainKind(address, 'ipv4');
  const bytes = ipv6Bytes(address);
  return embeddedAddresses(bytes)
    .map(quad => plainKind(quad.join('.'), 'ipv4'))
    .reduce(strictestOf, plainKind(address, 'ipv6'));
}

/** The sixteen bytes of an IPv6 address without a zone (RFC 4291 section 2.2). */
export function ipv6Bytes(address: string): readonly number[] {
  const side = (text: string): number[] =>
    text.split(':').flatMap(part => {
      if (part === '') return [];
      if (part.includes('.')) return part.split('.').map(Number);
      const group = Number.parseInt(part, 16);
      return [group >> 8, group & 0xff];
    });
  const [head = '', tail = ''] = address.split('::');
  const [before, after] = [side(head), side(tail)];
  return [...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after];
}

type Bytes = readonly number[];

interface EmbeddingPrefix {
  /** The first bytes of such an address. */
  readonly prefix: Bytes;
  /** Byte positions of the IPv4 address, four each; several if the position is ambiguous. */
  readonly places: readonly Bytes[];
  /** Byte positions of an IPv4 address with inverted bits (RFC 4380 section 4). */
  readonly inverted?: Bytes;
}

const ZEROS = new Array<number>(8).fill(0);
const LAST: Bytes = [12, 13, 14, 15];

const EMBEDDING_PREFIXES: readonly EmbeddingPrefix[] = [
  // IPv4-compatible and IPv4-mapped (RFC 4291 section 2.5.5), IPv4-translated (RFC 2765 section 2.1).
  { prefix: [...ZEROS, 0, 0, 0, 0], places: [LAST] },
  { prefix: [...ZEROS, 0, 0, 0xff, 0xff], places: [LAST] },
  { prefix: [...ZEROS, 0xff, 0xff, 0, 0], places: [LAST] },
  // NAT64, well-known prefix (RFC 6052 section 2.1).
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], places: [LAST] },
  // NAT64, local use (RFC 8215): prefixes of 48, 56, 64 or 96 bits, around byte 8 (RFC 6052 section 2.2).
  {
    prefix: [0, 0x64, 0xff, 0x9b, 0, 1],
    places: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST],
  },
  // 6to4 (RFC 3056 section 2).
  { prefix: [0x20, 0x02], places: [[2, 3, 4, 5]] },
  // Teredo: server, and client with inverted bits (RFC 4380 section 4).
  { prefix: [0x20, 0x01, 0, 0], places: [[4, 5, 6, 7]], inverted: LAST },
];

/**
 * The IPv4 addresses that an IPv6 address may embed. 0.0.0.0/8 is excluded: unused bytes of other interpretations give
 * it, and so does `::1`.
 */
function embeddedAddresses(bytes: Bytes): readonly Bytes[] {
  const at = (place: Bytes): Bytes => place.map(position => bytes[position] ?? 0);
  const found = EMBEDDING_PREFIXES.filter(({ prefix }) => prefix.every((byte, index) => bytes[index] === byte));
  const plain = found.flatMap(({ places }) => places.map(at));
  const inverted = found.flatMap(({ inverted }) =>
    inverted === undefined ? [] : [at(inverted).map(byte => byte ^ 0xff)],
  );
  // ISATAP: an interface ID with any prefix, with or without the global bit (RFC 5214 section 6.1).
  const isIsatap = [0, 2].includes(bytes[8] ?? -1) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
  const all = [...plain, ...inverted.filter(quad => quad.some(byte => byte !== 0xff)), ...(isIsatap ? [at(LAST)] : [])];
  return all.filter(([first]) => first !== 0);
}

/** Removes the brackets of an IPv6 host in a URL; returns other hosts unchanged. */
export const bareHost = (hostname: string): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);

/**
 * Whether the last label of a host is a number, decimal or hexadecimal with 0x, which no host name has (RFC 3696 section 2;
 * WHATWG URL, "ends in a number"). Programs interpret such a text as an IPv4 address in one of many spellings:
 * `2852039166`, `0xa9fea9fe`, `0251.0376.0251.0376` and `169.254.43518` are all 169.254.169.254.
 */
export function endsInNumber(host: string): boolean {
  const labels = host.replace(/\.$/, '').split('.');
  return /^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '');
}

const LOOPBACK = list('127.0.0.0/8', '0.0.0.0/32', '::1/128', '::/128', '::ffff:127.0.0.0/104', '::ffff:0.0.0.0/128');

/** Whether a URL's host is this machine, without a lookup: localhost and its subdomains (RFC 6761), and loopback addresses. */
export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname).toLowerCase();
  const version = isIP(host);
  if (version !== 0) return LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
  return /^(?:.*\.)?localhost\.?$/.test(host);
}

/** Top-level names of private networks (RFC 6761, RFC 6762, and `.internal`, which ICANN reserved in 2024). */
const PRIVATE_SUFFIXES = ['.local', '.test', '.internal', '.localhost'];

/**
 * The kind of a URL's host without a lookup: of an IP address by its range, of a name by its suffix. A number that is not
 * an address in its canonical spelling is `never`.
 */
export function kindOfHost(hostname: string): AddressKind {
  const host = bareHost(hostname).toLowerCase();
  if (isIP(host) !== 0) return kindOfAddress(host);
  if (host === '' || endsInNumber(host)) return 'never';
  const name = host.replace(/\.$/, '');
  return !name.includes('.') || PRIVATE_SUFFIXES.some(suffix => name.endsWith(suffix)) ? 'private' : 'public';
}
