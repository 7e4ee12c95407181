import { useQuery, useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { getUser, listInvitations, listUsers } from '../../api/generated/sdk.gen.ts';
import type { User } from '../../api/generated/types.gen.ts';
import { queryClient } from '../../app/queries.ts';

/** What the API gives in one answer at most. A tenant has at most a thousand people. */
const LIMIT = 100;
const MAX_PAGES = 20;

type Page<Each> = { readonly data: readonly Each[]; readonly next_cursor: string | null };

/** All pages of a list. */
async function allOf<Each>(
  page: (query: { limit: number; cursor?: string }) => Promise<Page<Each>>,
): Promise<readonly Each[]> {
  const all: Each[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const { data, next_cursor }: Page<Each> = await page({ limit: LIMIT, ...(cursor && { cursor }) });
    all.push(...data);
    cursor = next_cursor;
    if (cursor === null) break;
  }
  return all;
}

const LIST = ['people', 'list'];

export function usePeople() {
  return useQuery({
    queryKey: LIST,
    queryFn: () => allOf((query) => dataOf(listUsers({ query, throwOnError: true }))),
  });
}

/** Somebody of the list, if it has been loaded; it is not by this. */
export function useLoadedPerson(id: string): User | undefined {
  return useQueryClient()
    .getQueryData<readonly User[]>(LIST)
    ?.find((each) => each.id === id);
}

export function usePerson(id: string) {
  return useQuery({
    queryKey: ['people', id],
    queryFn: () => dataOf(getUser({ path: { id }, throwOnError: true })),
  });
}

/** Those that wait for an answer, or have had none in time: the newest first. */
export function useInvitations() {
  return useQuery({
    queryKey: ['people', 'invitations'],
    queryFn: async () =>
      (await allOf((query) => dataOf(listInvitations({ query, throwOnError: true }))))
        .filter(({ status }) => status === 'pending' || status === 'expired')
        .toReversed(),
  });
}

/** Asks again for all that is known of people. */
export function refreshPeople(): void {
  for (const queryKey of [['people'], ['me'], ['audit']]) void queryClient.invalidateQueries({ queryKey });
}
