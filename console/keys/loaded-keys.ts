import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { dataOf } from '../api/client.ts';
import { listKeys } from '../api/generated/sdk.gen.ts';
import type { ApiKey, ListKeysResponse } from '../api/generated/types.gen.ts';
import { queryClient } from '../app/queries.ts';

/** Keys of one call, and keys that are loaded by themselves: more come when they are asked for. */
const KEYS_OF_A_PAGE = 1000;
const MAX_LOADED = 10_000;

type Pages = InfiniteData<ListKeysResponse, string | undefined>;

const QUERY_KEY = ['keys', 'list'];

/** The keys of the tenant, page after page, so that they can be searched and sorted in any way at once. */
export function useKeys() {
  const query = useInfiniteQuery({
    queryKey: QUERY_KEY,
    queryFn: ({ pageParam: cursor }) =>
      dataOf(listKeys({ query: { limit: KEYS_OF_A_PAGE, ...(cursor && { cursor }) }, throwOnError: true })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: keysOf,
  });
  const { data = NONE, hasNextPage, isFetching, isError, fetchNextPage } = query;
  const goesOn = hasNextPage && !isFetching && !isError && data.length < MAX_LOADED;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  return { ...query, keys: data };
}

const NONE: readonly ApiKey[] = [];

function keysOf({ pages }: Pages): readonly ApiKey[] {
  return pages.flatMap(({ data }) => data);
}

/** The keys that the list has loaded; none are loaded by this. */
export function useLoadedKeys(): readonly ApiKey[] {
  const pages = useQueryClient().getQueryData<Pages>(QUERY_KEY);
  return pages === undefined ? NONE : keysOf(pages);
}

export const keyQueryKey = (id: string) => ['keys', 'one', id];

/** Shows a key as it is now, wherever it is shown. */
export function showKey(changed: ApiKey): void {
  queryClient.setQueryData(keyQueryKey(changed.id), changed);
  queryClient.setQueryData<Pages>(
    QUERY_KEY,
    (pages) =>
      pages && {
        ...pages,
        pages: pages.pages.map((page) => ({
          ...page,
          data: page.data.map((key) => (key.id === changed.id ? changed : key)),
        })),
      },
  );
}

/** Asks again for all that is known of keys: for what this page cannot know by itself. */
export function refreshKeys(): void {
  void queryClient.invalidateQueries({ queryKey: ['keys'] });
  void queryClient.invalidateQueries({ queryKey: ['workspaces'] });
  void queryClient.invalidateQueries({ queryKey: ['audit'] });
}
