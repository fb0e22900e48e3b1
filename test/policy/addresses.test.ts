/** Addresses and blocks of IpAddress conditions, compared with ipaddr.js where AWS's rules are not other ones. */
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { isInBlock, parseAddress, parseBlock } from '../../src/policy/values.ts';

const runs = { numRuns: 2000 };

/** ipaddr.js reads an address such as `::192.0.2.1`, which is not mapped, as IPv4. */
const isCompatible = (text: string): boolean => /^(?:0*:)*:?\d+\.\d/.test(text) && text.includes(':');

const ipv6 = fc.ipV6().filter(text => !isCompatible(text));
const mapped = fc.ipV4().map(text => `::ffff:${text}`);
const address = fc.oneof(fc.ipV4(), ipv6, mapped);

describe('an address', () => {
  it('has the bytes that ipaddr.js reads', () => {
    fc.assert(
      fc.property(address, text => {
        expect(parseAddress(text)).toEqual(ipaddr.process(text).toByteArray());
      }),
      runs,
    );
  });

  it('of parts in any order is refused if ipaddr.js refuses it', () => {
    const part = fc.constantFrom('1', 'ff', 'abcd', '12345', 'g', ':', '::', ':', '1.2.3.4', '');
    const text = fc
      .array(part, { minLength: 2, maxLength: 12 })
      .map(parts => `:${parts.join(':')}`.replace(/:{3,}/g, '::'));
    fc.assert(
      fc.property(text, given => {
        fc.pre(!isCompatible(given));
        expect(parseAddress(given) !== undefined).toBe(ipaddr.isValid(given) && !/[0-9a-f]{5}/.test(given));
      }),
      runs,
    );
  });

  it.each(['1.2.3.4::', '1:1.2.3.4::1', '::1.2.3.4:1', '1.2.3', '0x7f.0.0.1', '1', 'fe80::1%eth0', '192.0.2.256'])(
    '%s is refused',
    text => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  it('has decimal octets, also with leading zeros (recorded); ipaddr.js reads octal ones', () => {
    expect(parseAddress('192.010.2.1')).toEqual([192, 10, 2, 1]);
    expect(ipaddr.parse('192.010.2.1').toByteArray()).toEqual([192, 8, 2, 1]);
  });
});

describe('a block', () => {
  const pair = fc.oneof(fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(32)), fc.tuple(ipv6, ipv6, fc.nat(128)));

  it('contains the addresses that ipaddr.js matches', () => {
    fc.assert(
      fc.property(pair, fc.boolean(), ([base, other, bits], isInside) => {
        const network = ipaddr.parse(base);
        // Half of the addresses differ from the block's only behind its prefix, or by little.
        const bytes = ipaddr.parse(other).toByteArray();
        const near = network.toByteArray().map((byte, at) => (isInside && at < bits >> 3 ? byte : (bytes[at] ?? 0)));
        const candidate = ipaddr.fromByteArray(near);
        const block = parseBlock(`${base}/${bits}`);
        const parsed = parseAddress(candidate.toString());
        fc.pre(block?.bytes.length === network.toByteArray().length && parsed?.length === near.length);
        expect(block && parsed && isInBlock(block, parsed)).toBe(candidate.match(network, bits));
      }),
      runs,
    );
  });
});
