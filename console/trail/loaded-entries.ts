import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { dataOf } from '../api/client.ts';
import { listAudit } from '../api/generated/sdk.gen.ts';
import type { ListAuditResponse } from '../api/generated/types.gen.ts';

/** Entries of one call, and calls that are made by themselves: more are made when they are asked for. */
const ENTRIES_OF_A_PAGE = 1000;
const PAGES_AT_ONCE = 20;

const REFRESH_MS = 30_000;

export interface TrailFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
}

type Pages = InfiniteData<ListAuditResponse, string | undefined>;

export type Trail = ReturnType<typeof useTrail>;

/**
 * What has happened in the last `milliseconds` (null: ever), newest first. The trail has its own order, so all of it is
 * loaded, and turned around. A page that another follows never changes: only the last one is asked for again.
 */
export function useTrail(filter: TrailFilter, milliseconds: number | null, enabled = true) {
  const from = milliseconds === null ? undefined : new Date(Date.now() - milliseconds).toISOString();
  const query = useInfiniteQuery({
    queryKey: ['audit', filter, milliseconds],
    queryFn: ({ pageParam: cursor, client, queryKey }) =>
      fullPage(client.getQueryData<Pages>(queryKey), cursor) ??
      dataOf(
        listAudit({
          query: { limit: ENTRIES_OF_A_PAGE, ...filter, ...(from && { from }), ...(cursor && { cursor }) },
          throwOnError: true,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: REFRESH_MS,
    enabled,
  });
  const { hasNextPage, isFetching, isError, fetchNextPage, data } = query;
  const pages = data?.pages ?? [];
  /** Whether it loads on only when that is asked for. */
  const isHalted = hasNextPage && pages.length % PAGES_AT_ONCE === 0;
  const goesOn = hasNextPage && !isHalted && !isFetching && !isError;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  const entries = pages.flatMap((page) => page.data).filter(({ at }) => from === undefined || at >= from);
  return { ...query, entries: entries.toReversed(), isHalted };
}

/** The page that this cursor has led to, if another follows it. */
function fullPage(loaded: Pages | undefined, cursor: string | undefined): ListAuditResponse | undefined {
  const page = loaded?.pages[loaded.pageParams.indexOf(cursor)];
  return page?.next_cursor ? page : undefined;
}
