import { ENVIRONMENTS, type Environment, parseScopes } from '../contract/scopes.ts';
import type { AddressBlock } from '../kernel/address.ts';
import { allowedBlocks } from '../kernel/allow-list.ts';
import * as attribute from '../kernel/attributes.ts';
import type { KeyCaller } from '../kernel/caller.ts';
import { type AttributeValue, type Item, number, oneOf, S, text } from '../kernel/items.ts';

export interface KeySlot {
  /** SHA-256 of the whole key. */
  readonly hash: Uint8Array;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** A key's record after the write that counted this request, or as it stood when the write was refused. */
export interface KeyRecord {
  readonly state: 'active' | 'disabled' | 'revoked';
  /** The present key and, during a rotation's grace, the one before. */
  readonly slots: readonly KeySlot[];
  readonly caller: Omit<KeyCaller, 'kind'>;
  /** Empty for "from anywhere". */
  readonly allowedBlocks: readonly AddressBlock[];
}

/** Reasons that a key's record notes of a refusal; that it is over its limit shows in its counts. */
export const NOTED_REFUSALS = ['revoked', 'disabled', 'expired', 'address', 'scope', 'person'] as const;
export type NotedRefusal = (typeof NOTED_REFUSALS)[number];

/** A key that is presented. */
export interface PresentedKey {
  readonly locator: string;
  readonly address: string;
  /** Unix seconds. */
  readonly now: number;
  /** What is asked for, as a text by which an instance knows it again. @default - nothing that could be refused */
  readonly asks?: string;
}
/** By its SHA-256. */
export interface HashedKey extends PresentedKey {
  readonly hash: Uint8Array;
}
/** By its mark, which a token of it has (`keyMark`). */
export interface MarkedKey extends PresentedKey {
  readonly mark: Uint8Array;
}

/** The outcome of the one conditional write: whether its condition held, so that the request was counted, and the record. */
export interface Use<Found> {
  readonly passed: boolean;
  /** Undefined when there is none. */
  readonly record: Found | undefined;
  /** The window that the request was or would have been counted in, and the count there, with this request if it was. */
  readonly window: number;
  readonly count: number;
  /** Notes why the use of a key is refused after all; absent where the write has done so. */
  readonly refuse?: (why: NotedRefusal) => Promise<void>;
}

/** How a slot stores a key's SHA-256. */
export function hashText(hash: Uint8Array): AttributeValue {
  return S(Buffer.from(hash).toString('base64'));
}

function slot(item: Item, hash: string, expiry: string): KeySlot | undefined {
  const stored = item[hash]?.S;
  return stored === undefined
    ? undefined
    : { hash: Buffer.from(stored, 'base64'), expiresAt: number(item, expiry) };
}

/** The part of a key's record that a decision needs, read on every request; `API_KEY` declares the whole. */
export function keyRecord(item: Item): KeyRecord {
  return {
    state: oneOf(['active', 'disabled', 'revoked'], text(item, attribute.STATE)),
    slots: [
      slot(item, attribute.HASH, attribute.EXPIRY),
      slot(item, attribute.PREVIOUS_HASH, attribute.PREVIOUS_EXPIRY),
    ].filter((found) => found !== undefined),
    caller: {
      keyId: text(item, attribute.KEY_ID),
      tenantId: text(item, attribute.TENANT),
      workspaceId: text(item, attribute.WORKSPACE),
      environment: oneOf<Environment>(ENVIRONMENTS, text(item, attribute.ENVIRONMENT)),
      scopes: parseScopes(text(item, attribute.SCOPES)),
    },
    allowedBlocks: allowedBlocks(item),
  };
}
