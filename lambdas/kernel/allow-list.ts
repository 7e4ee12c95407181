import { type AddressBlock, packBlocks, unpackBlocks } from './address.ts';
import { ALLOWED_BLOCKS } from './attributes.ts';
import type { AttributeValue, Item } from './items.ts';

export function allowedBlocks(item: Item): AddressBlock[] {
  return storedBlocks(item[ALLOWED_BLOCKS]);
}

/** The blocks of a stored allow-list; of none, none. Older ones are base64 text. */
export function storedBlocks(stored: AttributeValue | undefined): AddressBlock[] {
  if (stored === undefined) return [];
  const { S, B } = stored;
  return unpackBlocks(S === undefined ? Buffer.from(B ?? '', 'base64') : Buffer.from(S, 'base64url'));
}

/** An allow-list as it is stored: as bytes, since as text the longest one would take 114 bytes more of a key's 1 KB. */
export function blocksValue(blocks: readonly AddressBlock[]): AttributeValue {
  return { B: Buffer.from(packBlocks(blocks)).toString('base64') };
}
