import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AddressBlock,
  allowsAddress,
  contains,
  formatBlock,
  packBlocks,
  parseBlock,
  unpackBlocks,
} from '../../lambdas/kernel/address.ts';

const v4 = fc.ipV4();
const v6 = fc.ipV6();

/** Few different bits, so that addresses do fall into blocks. */
const nearV4 = fc
  .tuple(fc.constantFrom(10, 11), fc.nat(1), fc.constantFrom(0, 1, 128, 255), fc.nat(255))
  .map((quad) => quad.join('.'));
const nearV6 = fc
  .tuple(
    fc.constantFrom('2001', '2002'),
    fc.constantFrom('db8', 'dc8'),
    fc.constantFrom('0', '1', '8000', 'ffff'),
    fc.nat(65_535),
  )
  .map(([a, b, c, d]) => `${a}:${b}:${c}:0:0:0:0:${d.toString(16)}`);

/** The network of an address: its text with the bits behind the prefix cleared. */
function network(address: string, prefixBits: number): AddressBlock {
  const whole = parseBlock(address);
  if (whole === undefined) throw new Error(address);
  const bytes = whole.bytes.map((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefixBits - index * 8));
    return byte & (256 - 2 ** (8 - bits));
  });
  return { bytes, prefixBits };
}

const blockV4 = fc
  .tuple(fc.oneof(v4, nearV4), fc.integer({ min: 0, max: 32 }))
  .map(([a, p]) => network(a, p));
const blockV6 = fc
  .tuple(fc.oneof(v6, nearV6), fc.integer({ min: 0, max: 128 }))
  .filter(([address]) => parseBlock(address)?.bytes.length === 16)
  .map(([a, p]) => network(a, p));
const block = fc.oneof(blockV4, blockV6);

describe('address blocks', () => {
  test("an address lies in an IPv4 block exactly when Node's BlockList says so", () => {
    fc.assert(
      fc.property(blockV4, fc.oneof(v4, nearV4), (allowed, address) => {
        const list = new BlockList();
        list.addSubnet(allowed.bytes.join('.'), allowed.prefixBits, 'ipv4');
        expect(allowsAddress([allowed], address)).toBe(list.check(address, 'ipv4'));
      }),
      { numRuns: 2000 },
    );
  });

  test("an address lies in an IPv6 block exactly when Node's BlockList says so", () => {
    fc.assert(
      fc.property(blockV6, fc.oneof(v6, nearV6), (allowed, address) => {
        fc.pre(parseBlock(address)?.bytes.length === 16);
        const list = new BlockList();
        list.addSubnet(formatBlock(allowed).split('/')[0] ?? '', allowed.prefixBits, 'ipv6');
        expect(allowsAddress([allowed], address)).toBe(list.check(address, 'ipv6'));
      }),
      { numRuns: 2000 },
    );
  });

  test('an address is in the list when it is in any of its blocks, and in none of an empty list', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), fc.oneof(v4, v6, nearV4, nearV6), (blocks, address) => {
        expect(allowsAddress(blocks, address)).toBe(blocks.some((one) => allowsAddress([one], address)));
      }),
    );
  });

  test('an IPv4-mapped address is the IPv4 address that it stands for', () => {
    fc.assert(
      fc.property(blockV4, fc.oneof(v4, nearV4), (allowed, address) => {
        expect(allowsAddress([allowed], `::ffff:${address}`)).toBe(allowsAddress([allowed], address));
      }),
    );
  });

  test('the prefix of an IPv4-mapped block counts the 96 bits before it', () => {
    expect(parseBlock('::ffff:192.0.2.0/120')).toEqual(parseBlock('192.0.2.0/24'));
    expect(parseBlock('::ffff:192.0.2.1')).toEqual(parseBlock('192.0.2.1/32'));
    expect(parseBlock('::ffff:192.0.2.1/128')).toEqual(parseBlock('192.0.2.1/32'));
    expect(parseBlock('::ffff:192.0.2.0/24'), 'as IPv6 it has bits behind its prefix').toBeUndefined();
  });

  test('an unreadable address lies in no block, not even in that of all addresses', () => {
    const everything = [network('0.0.0.0', 0), network('::', 0)];
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(isIP(text) === 0);
        expect(allowsAddress(everything, text)).toBe(false);
      }),
    );
    for (const text of [
      '',
      '1.2.3',
      '01.2.3.4',
      '1.2.3.4 ',
      '1.2.3.4\n',
      '1.2.3.4/32',
      'fe80::1%eth0',
      '0x7f.1',
      '::g',
    ]) {
      expect(allowsAddress(everything, text), text).toBe(false);
    }
  });

  test('what is written is read back as it was, in both families', () => {
    fc.assert(
      fc.property(block, (one) => {
        expect(parseBlock(formatBlock(one))).toEqual(one);
      }),
      { numRuns: 1000 },
    );
  });

  test('packed lists are unpacked as they were', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), (blocks) => {
        expect(unpackBlocks(packBlocks(blocks))).toEqual(blocks);
      }),
    );
  });

  test('a block with bits behind its prefix, or with a prefix that is none, is refused', () => {
    fc.assert(
      fc.property(fc.oneof(v4, nearV4), fc.integer({ min: 0, max: 31 }), (address, prefixBits) => {
        const clean = network(address, prefixBits);
        const asWritten = parseBlock(`${address}/${prefixBits}`);
        expect(asWritten).toEqual(clean.bytes.join('.') === address ? clean : undefined);
      }),
    );
    for (const text of [
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/08',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      '10.0.0.0/8.0',
      '10.0.0.0/ 8',
      '/8',
      '',
      'fe80::%1/64',
    ]) {
      expect(parseBlock(text), text).toBeUndefined();
    }
  });

  test('a block contains another exactly when it allows its first and its last address', () => {
    const last = ({ bytes, prefixBits }: AddressBlock): AddressBlock => ({
      prefixBits: bytes.length * 8,
      bytes: bytes.map(
        (byte, index) => byte | (2 ** (8 - Math.min(8, Math.max(0, prefixBits - index * 8))) - 1),
      ),
    });
    const address = (one: AddressBlock) =>
      formatBlock({ ...one, prefixBits: one.bytes.length * 8 }).split('/')[0] ?? '';
    fc.assert(
      fc.property(block, block, (outer, inner) => {
        // An IPv4-mapped block written as IPv6 would be read as IPv4.
        fc.pre(parseBlock(address(inner))?.bytes.length === inner.bytes.length);
        fc.pre(parseBlock(address(last(inner)))?.bytes.length === inner.bytes.length);
        const both = allowsAddress([outer], address(inner)) && allowsAddress([outer], address(last(inner)));
        expect(contains(outer, inner)).toBe(both);
      }),
      { numRuns: 1000 },
    );
  });

  test('every block contains itself', () => {
    fc.assert(
      fc.property(block, (one) => {
        expect(contains(one, one)).toBe(true);
      }),
    );
  });
});
