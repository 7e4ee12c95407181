import { type AddressBlock, allowsAddress, parseBlock } from './address.ts';

/** Where the public internet is: all of IPv4, and of IPv6 what has been given out (RFC 4291, 2.4; IANA). */
const INTERNET = blocks('0.0.0.0/0', '2000::/3');

/**
 * What of it is not globally reachable, or stands for other addresses (IANA, "IPv4 Special-Purpose Address Registry" and
 * "IPv6 Special-Purpose Address Registry").
 */
const SPECIAL = blocks(
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private use
  '100.64.0.0/10', // shared by carriers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, with the metadata of instances
  '172.16.0.0/12', // private use
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16', // private use
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  '2001::/23', // protocol assignments, with Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: has an IPv4 address in it
  '3fff::/20', // documentation
);

/** Whether an IP address is one of the public internet; an IPv4-mapped one is the IPv4 address that it stands for. */
export function isPublicAddress(address: string): boolean {
  return allowsAddress(INTERNET, address) && !allowsAddress(SPECIAL, address);
}

function blocks(...texts: readonly string[]): readonly AddressBlock[] {
  return texts.map((text) => {
    const block = parseBlock(text);
    if (block === undefined) throw new TypeError(`not a block: ${text}`);
    return block;
  });
}
