import { type SourceLimit, type SourceStore, takeFromAccount, takeFromSource } from '../attempts/source.ts';
import type { PlacedOrigin } from '../audit/entries.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Person } from '../people/person.ts';

export interface OwnAccountLimits {
  readonly sources: SourceStore;
  readonly clock: Clock;
}

/** How often a person, and how often all people behind a source address, do something with whole accounts. */
interface OwnAccountLimit extends Pick<SourceLimit, 'what' | 'windowSeconds'> {
  readonly ofPerson: number;
  readonly ofSource: number;
}

/** Parts of downloads, each of up to six seconds of reading: the data of many years have some tens. */
const DOWNLOADS: OwnAccountLimit = { what: 'download', windowSeconds: 3600, ofPerson: 60, ofSource: 300 };

/** Accounts that are deleted and tenants that are closed, or tried: a transaction each, and mails. */
const ENDS: OwnAccountLimit = { what: 'account-end', windowSeconds: 3600, ofPerson: 10, ofSource: 100 };

/** Counts a part of a download. Throws `rate_limited`, of the person and of the source address. */
export const takeDownload = taking(DOWNLOADS);

/** Counts an attempt to delete an account or to close a tenant. Throws `rate_limited` as {@link takeDownload}. */
export const takeEnd = taking(ENDS);

function taking({ ofPerson, ofSource, ...limit }: OwnAccountLimit) {
  return async (
    { userId }: Pick<Person, 'userId'>,
    { address }: Pick<PlacedOrigin, 'address'>,
    { sources, clock }: OwnAccountLimits,
  ): Promise<void> => {
    const now = clock();
    await takeFromAccount(sources, userId, { ...limit, limit: ofPerson }, now);
    await takeFromSource(sources, address, { ...limit, limit: ofSource }, now);
  };
}
