import type { DynamoDBRecord } from 'aws-lambda';
import { RECONCILER_KEY } from '../kernel/item-keys.ts';
import type { Item } from '../kernel/items.ts';
import { imagesOf } from '../kernel/stream-records.ts';
import { type KindName, keptOf, kindOf, type Replacement, type ReplayRights } from './kinds.ts';

/** What has become of an item: its last state that counts, or that it is gone. */
export interface LedgerEntry {
  readonly kind: KindName;
  readonly PK: string;
  readonly SK: string;
  /** When the change was made, in Unix seconds. */
  readonly at: number;
  /** The attributes that its kind keeps. Of an item that is gone, as they were. */
  readonly kept: Item;
  readonly isGone: boolean;
}

/**
 * The entry of a change; undefined where nothing of it can end for good. What begins has no entry: a restored table
 * does not have it.
 */
export function entryOf(record: DynamoDBRecord): LedgerEntry | undefined {
  const { before, after } = imagesOf(record);
  const kind = before && kindOf(before);
  if (before === undefined || kind === undefined) return undefined;
  const kept = keptOf(after ?? before, kind);
  if (after !== undefined && JSON.stringify(keptOf(before, kind)) === JSON.stringify(kept)) return undefined;
  return {
    kind: kind.name,
    PK: before.PK?.S ?? '',
    SK: before.SK?.S ?? '',
    at: timeOf(record),
    kept,
    isGone: after === undefined,
  };
}

/** When everything before was in the stream: the time of the reconciler's last run; undefined for another record. */
export function positionOf(record: DynamoDBRecord): number | undefined {
  const { after } = imagesOf(record);
  return after?.SK?.S === RECONCILER_KEY.SK.S && after?.PK?.S === RECONCILER_KEY.PK.S
    ? timeOf(record)
    : undefined;
}

function timeOf({ dynamodb }: DynamoDBRecord): number {
  return Math.floor(dynamodb?.ApproximateCreationDateTime ?? Date.now() / 1000);
}

/**
 * What an entry makes of an item as a restore has brought it back: other attributes, or nothing at all. Undefined where
 * the item stays as it is, or is another of the same key.
 */
export function replayed(
  restored: Item,
  entry: LedgerEntry,
  rights: ReplayRights,
): Replacement | 'delete' | undefined {
  const kind = kindOf(restored);
  if (kind === undefined) return undefined;
  const { identity } = kind;
  if (identity !== undefined && restored[identity]?.S !== entry.kept[identity]?.S) return undefined;
  if (!entry.isGone) return unlessEmpty(kind.replay(restored, entry.kept, rights));
  return kind.gone === 'delete' ? 'delete' : unlessEmpty(kind.gone(restored));
}

function unlessEmpty(replacement: Replacement): Replacement | undefined {
  return Object.keys(replacement).length === 0 ? undefined : replacement;
}
