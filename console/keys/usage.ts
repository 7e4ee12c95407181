import { useQuery } from '@tanstack/react-query';
import { dataOf } from '../api/client.ts';
import { getUsage } from '../api/generated/sdk.gen.ts';

const REFRESH_MS = 60_000;

/** The use of a key by day; without one, of the tenant. */
export function useUsage(keyId?: string, days = 30) {
  return useQuery({
    queryKey: ['usage', keyId ?? null, days],
    queryFn: () => dataOf(getUsage({ query: { days, ...(keyId && { key_id: keyId }) }, throwOnError: true })),
    refetchInterval: REFRESH_MS,
  });
}
