import { type AddressBlock, packBlocks, unpackBlocks } from './address.ts';
import { ALLOWED_BLOCKS } from './attributes.ts';
import type { AttributeValue, Item } from './items.ts';

export function allowedBlocks(item: Item): AddressBlock[] {
  return storedBlocks(item[ALLOWED_BLOCKS]);
}

/** An address from which nobody calls (RFC 1122, 3.2.1.3). */
const NOBODY: AddressBlock = { bytes: new Uint8Array(4), prefixBits: 32 };

/**
 * The blocks of a stored allow-list; of none, none. Older ones are base64 text. Of no bytes none is written: where there is one,
 * it was lost on its way, and lets nobody in.
 */
export function storedBlocks(stored: AttributeValue | undefined): AddressBlock[] {
  if (stored === undefined) return [];
  const { S, B } = stored;
  if (B === '') return [NOBODY];
  return unpackBlocks(S === undefined ? Buffer.from(B ?? '', 'base64') : Buffer.from(S, 'base64url'));
}

/** An allow-list as it is stored: as bytes, since as text the longest one would take 114 bytes more of a key's 1 KB. */
export function blocksValue(blocks: readonly AddressBlock[]): AttributeValue {
  return { B: Buffer.from(packBlocks(blocks)).toString('base64') };
}
