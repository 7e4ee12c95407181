import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { dataOf } from '../api/client.ts';
import { listAudit } from '../api/generated/sdk.gen.ts';

/** Entries of one call, and calls that are made by themselves. */
const ENTRIES_OF_A_PAGE = 1000;
const MAX_PAGES = 20;

const REFRESH_MS = 30_000;

export interface TrailFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
}

/**
 * What has happened in the last `milliseconds` (null: ever), newest first. The trail has its own order, so all of it is
 * loaded, and turned around.
 */
export function useTrail(filter: TrailFilter, milliseconds: number | null, enabled = true) {
  const query = useInfiniteQuery({
    queryKey: ['audit', filter, milliseconds],
    queryFn: ({ pageParam: cursor }) => {
      const from = milliseconds === null ? undefined : new Date(Date.now() - milliseconds).toISOString();
      return dataOf(
        listAudit({
          query: { limit: ENTRIES_OF_A_PAGE, ...filter, ...(from && { from }), ...(cursor && { cursor }) },
          throwOnError: true,
        }),
      );
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: REFRESH_MS,
    enabled,
  });
  const { hasNextPage, isFetching, isError, fetchNextPage, data } = query;
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError && pages < MAX_PAGES) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, pages, fetchNextPage]);
  return { ...query, entries: data?.pages.flatMap((page) => page.data).toReversed() ?? [] };
}
