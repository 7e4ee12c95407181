import { type AddressBlock, packBlocks, unpackBlocks } from './address.ts';
import { ALLOWED_BLOCKS } from './attributes.ts';
import { type AttributeValue, type Item, S } from './items.ts';

export function allowedBlocks(item: Item): AddressBlock[] {
  return unpackBlocks(item[ALLOWED_BLOCKS]?.S ?? '');
}

export function blocksText(blocks: readonly AddressBlock[]): AttributeValue {
  return S(packBlocks(blocks));
}
