import { type AddressBlock, packBlocks, unpackBlocks } from './address.ts';
import { type AttributeValue, type Item, S } from './items.ts';

export function allowedBlocks(item: Item): AddressBlock[] {
  return item.ips?.S === undefined ? [] : unpackBlocks(item.ips.S);
}

export function blocksText(blocks: readonly AddressBlock[]): AttributeValue {
  return S(packBlocks(blocks));
}
