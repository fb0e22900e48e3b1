/** Classification of addresses and host names as public, private or never allowed, in every spelling. */
import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AddressKind,
  bareHost,
  endsInNumber,
  isLoopback,
  kindOfAddress,
  kindOfHost,
} from '../../src/kernel/address.ts';

describe('the kind of an IPv4 address', () => {
  it.each<[string, AddressKind]>([
    ['8.8.8.8', 'public'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['192.168.1.1', 'private'],
    ['127.0.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['100.100.100.199', 'private'],
    ['100.100.100.200', 'never'],
    ['169.254.0.1', 'never'],
    ['169.254.169.254', 'never'],
    ['169.254.170.2', 'never'],
    ['168.63.129.16', 'never'],
    ['192.0.0.1', 'private'],
    ['192.0.0.169', 'private'],
    ['192.0.0.170', 'never'],
    ['192.0.0.171', 'never'],
    ['192.0.0.172', 'private'],
    ['192.0.0.192', 'never'],
    ['198.18.0.1', 'private'],
    ['0.0.0.0', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['not an address', 'never'],
    ['', 'never'],
  ])('%s is %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });
});

describe('the kind of an IPv6 address', () => {
  it.each<[string, AddressKind]>([
    ['2606:4700::1111', 'public'],
    ['::', 'never'],
    ['::1', 'private'],
    ['::1%lo', 'private'],
    ['fd00::1', 'private'],
    ['fec0::1', 'private'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['FE80::1%25eth0', 'never'],
    ['ff02::1', 'never'],
    ['fd00:ec2::254', 'never'],
    ['FD00:0EC2:0:0::23', 'never'],
    ['fd20:ce::254', 'never'],
    ['fd20:ce::255', 'private'],
    ['fd00:c1::a9fe:a9fe', 'never'],
    ['fd00:42::42', 'never'],
    ['fd00:a9fe:a9fe::1', 'never'],
    ['fd00:100::100:200', 'never'],
  ])('%s is %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });

  /** Forms that embed 169.254.169.254, 10.0.0.1 and 8.8.8.8, with the source of each form. */
  const forms: readonly (readonly [source: string, metadata: string, own: string, open: string])[] = [
    ['RFC 4291 2.5.5.2, mapped', '::ffff:169.254.169.254', '::ffff:10.0.0.1', '::ffff:8.8.8.8'],
    ['mapped, in hexadecimal and full', '0:0:0:0:0:FFFF:A9FE:A9FE', '0:0:0:0:0:ffff:a00:1', '0:0:0:0:0:ffff:808:808'],
    ['mapped, with a zone', '::ffff:169.254.169.254%eth0', '::ffff:10.0.0.1%1', '::ffff:8.8.8.8%1'],
    ['RFC 4291 2.5.5.1, compatible', '::a9fe:a9fe', '::10.0.0.1', '::8.8.8.8'],
    ['RFC 2765 2.1, translated', '::ffff:0:a9fe:a9fe', '::ffff:0:10.0.0.1', '::ffff:0:8.8.8.8'],
    ['RFC 6052 2.1, NAT64', '64:ff9b::a9fe:a9fe', '64:ff9b::10.0.0.1', '64:ff9b::8.8.8.8'],
    ['RFC 8215, NAT64 of 48 bits', '64:ff9b:1:a9fe:a9:fe00::', '64:ff9b:1:a00:0:100::', '64:ff9b:1:808:8:800::'],
    ['RFC 8215, NAT64 of 56 bits', '64:ff9b:1:a9:fe:a9fe::', '64:ff9b:1:a:0:1::', '64:ff9b:1:8:8:808::'],
    ['RFC 8215, NAT64 of 64 bits', '64:ff9b:1:0:a9:fea9:fe00:0', '64:ff9b:1:0:a:0:100:0', '64:ff9b:1:0:8:808:800:0'],
    ['RFC 8215, NAT64 of 96 bits', '64:ff9b:1::a9fe:a9fe', '64:ff9b:1::10.0.0.1', '64:ff9b:1::8.8.8.8'],
    ['RFC 3056, 6to4', '2002:a9fe:a9fe::', '2002:a00:1::1', '2002:808:808::1'],
    ['RFC 4380, Teredo server', '2001:0:a9fe:a9fe::', '2001:0:a00:1::', '2001:0:808:808::'],
    ['RFC 4380, Teredo client', '2001:0:808:808::5601:5601', '2001:0:808:808::f5ff:fffe', '2001:0:808:808::f7f7:f7f7'],
    ['RFC 5214, ISATAP', '2606:4700::5efe:a9fe:a9fe', '2606:4700::5efe:10.0.0.1', '2606:4700::5efe:8.8.8.8'],
    ['RFC 5214, global', '2606:4700::200:5efe:a9fe:a9fe', '2606:4700::200:5efe:a00:1', '2606:4700::200:5efe:808:808'],
  ];
  /** Forms that name a host as directly as the IPv4 address does. */
  const direct = /mapped|ISATAP|global/;

  it.each(forms)('by %s depends on the embedded IPv4 address', (source, metadata, own, open) => {
    expect(kindOfAddress(metadata)).toBe('never');
    expect(kindOfAddress(own)).toBe('private');
    expect(kindOfAddress(open)).toBe(direct.test(source) ? 'public' : 'private');
  });

  it('is never less strict than the embedded IPv4 address', () => {
    const order = ['public', 'private', 'never'];
    const prefixes = ['::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '2606:4700::5efe:', '2606:4700::200:5efe:'];
    fc.assert(
      fc.property(
        fc.ipV4().filter(quad => !quad.startsWith('0.')),
        fc.constantFrom(...prefixes),
        (quad, prefix) => {
          fc.pre(isIP(quad) === 4);
          expect(order.indexOf(kindOfAddress(prefix + quad))).toBeGreaterThanOrEqual(
            order.indexOf(kindOfAddress(quad)),
          );
        },
      ),
    );
  });

  it('is the same for every spelling of an address', () => {
    fc.assert(
      fc.property(fc.ipV6(), address => {
        const canonical = new URL(`http://[${address}]`).hostname;
        expect(kindOfAddress(address)).toBe(kindOfAddress(bareHost(canonical)));
        expect(kindOfAddress(`${address.toUpperCase()}%eth0`)).toBe(kindOfAddress(address));
      }),
    );
  });
});

/** One address in the spellings of inet_aton and of WHATWG URL. */
const NUMBERS = [
  ...['2852039166', '0xa9fea9fe', '0XA9FEA9FE', '025177524776', '169.254.43518', '169.16689662', '0xa9.254.43518'],
  ...[
    '0251.0376.0251.0376',
    '0xa9.0xfe.0xa9.0xfe',
    '169.254.169.0xfe',
    '169.254.0251.254',
    '2852039166.',
    '0xa9fea9fe.',
  ],
];

describe('a host that ends in a number', () => {
  it.each([...NUMBERS, '127.1', '127.1.', '0x7f.1', '0', '1.', '0x', 'example.0x', 'example.0x1f', 'foo.123', 'a.08'])(
    '%s is no name',
    host => {
      expect(endsInNumber(host)).toBe(true);
      expect(kindOfHost(host)).toBe('never');
    },
  );

  it.each(NUMBERS)('%s is 169.254.169.254 to a URL', host => {
    expect(new URL(`http://${host}`).hostname).toBe('169.254.169.254');
  });

  it.each(['example.com', 'keycloak', '0xkeycloak', '4592x', 'a1', '1a', '3com', '123.example.com', '0x7f.example'])(
    '%s is a name',
    host => {
      expect(endsInNumber(host)).toBe(false);
    },
  );
});

describe('the kind of a host', () => {
  it.each<[string, AddressKind]>([
    ['keycloak', 'private'],
    ['KEYCLOAK.', 'private'],
    ['localhost', 'private'],
    ['idp.test', 'private'],
    ['idp.test.', 'private'],
    ['idp.svc.local', 'private'],
    ['idp.internal', 'private'],
    ['10.0.0.1', 'private'],
    ['[::1]', 'private'],
    ['[::ffff:10.0.0.1]', 'private'],
    ['example.com', 'public'],
    ['example.com.', 'public'],
    ['localtest.me', 'public'],
    ['8.8.8.8', 'public'],
    ['[2606:4700::1111]', 'public'],
    ['169.254.169.254', 'never'],
    ['169.254.169.254.', 'never'],
    ['[::ffff:169.254.169.254]', 'never'],
    ['[::FFFF:A9FE:A9FE]', 'never'],
    ['[fd00:ec2::254]', 'never'],
    ['', 'never'],
  ])('%s is %s', (host, kind) => {
    expect(kindOfHost(host)).toBe(kind);
  });
});

describe('isLoopback', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'app.localhost',
    '127.0.0.1',
    '127.9.9.9',
    '[::1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '[::]',
  ])('accepts %s', host => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    'localhost.example.com',
    'notlocalhost',
    '10.0.0.1',
    '128.0.0.1',
    '[::2]',
    '[::ffff:a00:1]',
    'rolecall',
    '',
  ])('refuses %s', host => {
    expect(isLoopback(host)).toBe(false);
  });
});
