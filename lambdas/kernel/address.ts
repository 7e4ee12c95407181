import { isIP } from 'node:net';

/** The most blocks that an allow-list may have: what keeps a key's record below 1 KB. */
export const MAX_ALLOWED_BLOCKS = 20;

/** An IPv4 or IPv6 block (RFC 4632, RFC 4291): 4 or 16 address bytes and the prefix length in bits. */
export interface AddressBlock {
  readonly bytes: Uint8Array;
  readonly prefixBits: number;
}

/** Reads an address or a CIDR block; undefined when it is neither, or has bits set behind its prefix. */
export function parseBlock(text: string): AddressBlock | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined || rest.length > 0) return undefined;
  const maxBits = bytes.length * 8;
  if (prefix === undefined) return { bytes, prefixBits: maxBits };
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix)) return undefined;
  // The prefix of an IPv4-mapped block counts the 96 bits that stand before the IPv4 address.
  const prefixBits = Number(prefix) - (isIP(address) === 6 ? 128 - maxBits : 0);
  if (prefixBits < 0 || prefixBits > maxBits) return undefined;
  const block = { bytes, prefixBits };
  return bytes.every((byte, index) => (byte & ~maskOf(block.prefixBits, index)) === 0) ? block : undefined;
}

/** Whether an address, as API Gateway gives it, lies in one of the blocks. An unreadable address lies in none. */
export function allowsAddress(blocks: readonly AddressBlock[], address: string): boolean {
  const bytes = parseAddress(address);
  return (
    bytes !== undefined && blocks.some((block) => contains(block, { bytes, prefixBits: bytes.length * 8 }))
  );
}

/**
 * The network of an address, for counting: the address itself (IPv4) or a wider block of whole bytes, and of IPv6 its
 * /64, as that is what one line or host is given (RFC 6177). What cannot be read stands for itself.
 */
export function networkOf(address: string, ipv4Bits: 24 | 32 = 32): string {
  const bytes = parseAddress(address);
  if (bytes === undefined) return address;
  return Buffer.from(bytes.subarray(0, bytes.length === 4 ? ipv4Bits / 8 : 8)).toString('hex');
}

/** Whether every address of `inner` is one of `outer`. */
export function contains(outer: AddressBlock, inner: AddressBlock): boolean {
  return (
    outer.bytes.length === inner.bytes.length &&
    outer.prefixBits <= inner.prefixBits &&
    outer.bytes.every((byte, index) => byte === ((inner.bytes[index] ?? 0) & maskOf(outer.prefixBits, index)))
  );
}

/** Added to the prefix length of a packed IPv6 block; an IPv4 prefix is never longer than 32 bits. */
const PACKED_V6 = 64;

/** Packs blocks for a record: of each its prefix length, which tells the family, and its bytes. */
export function packBlocks(blocks: readonly AddressBlock[]): Uint8Array {
  return Buffer.concat(
    blocks.map(({ bytes, prefixBits }) =>
      Buffer.from([prefixBits + (bytes.length === 16 ? PACKED_V6 : 0), ...bytes]),
    ),
  );
}

/** The inverse of {@link packBlocks}. */
export function unpackBlocks(buffer: Uint8Array): AddressBlock[] {
  const blocks: AddressBlock[] = [];
  for (let offset = 0; offset < buffer.length; ) {
    const head = buffer[offset] ?? 0;
    const isV6 = head >= PACKED_V6;
    const end = offset + 1 + (isV6 ? 16 : 4);
    blocks.push({
      bytes: new Uint8Array(buffer.subarray(offset + 1, end)),
      prefixBits: isV6 ? head - PACKED_V6 : head,
    });
    offset = end;
  }
  return blocks;
}

/** A block as people write it (RFC 5952 for IPv6, by way of the URL parser). */
export function formatBlock({ bytes, prefixBits }: AddressBlock): string {
  if (bytes.length === 4) return `${bytes.join('.')}/${prefixBits}`;
  return `${new URL(`http://[${groupsOf(bytes).join(':')}]`).hostname.slice(1, -1)}/${prefixBits}`;
}

function groupsOf(bytes: Uint8Array): string[] {
  return Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
}

/** The address bytes; an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) is the IPv4 address that it stands for. */
function parseAddress(text: string): Uint8Array | undefined {
  switch (isIP(text)) {
    case 4:
      return Uint8Array.from(text.split('.'), Number);
    case 6:
      return text.includes('%') ? undefined : unmapped(parseV6(text));
    default:
      return undefined;
  }
}

/** `text` has passed `isIP`, so only its groups are left to be laid out. */
function parseV6(text: string): Uint8Array {
  const dotted = text.lastIndexOf(':') + 1;
  const tail = text.slice(dotted);
  const plain = tail.includes('.') ? text.slice(0, dotted) + hexGroups(tail) : text;
  const [head = '', rest] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = rest === undefined || rest === '' ? [] : rest.split(':');
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}

function hexGroups(dottedQuad: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = dottedQuad.split('.').map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function unmapped(bytes: Uint8Array): Uint8Array {
  const mapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? bytes.slice(12) : bytes;
}

/** The mask of byte `index` for a prefix of `prefixBits`. */
function maskOf(prefixBits: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefixBits - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}
