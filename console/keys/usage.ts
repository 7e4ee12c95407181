import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { dataOf } from '../api/client.ts';
import { getUsage, listKeyUsage } from '../api/generated/sdk.gen.ts';

const REFRESH_MS = 60_000;

/** The use of a key by day; without one, of the tenant. */
export function useUsage(keyId?: string, days = 30) {
  return useQuery({
    queryKey: ['usage', keyId ?? null, days],
    queryFn: () => dataOf(getUsage({ query: { days, ...(keyId && { key_id: keyId }) }, throwOnError: true })),
    refetchInterval: REFRESH_MS,
  });
}

/** Milliseconds for which the rows in sight must stay the same: who scrolls past asks for nothing. */
const SETTLED_MS = 300;
const MAX_KEYS = 100;

/** Requests of the last two weeks by day, of the keys in sight; what was seen before is known. */
export function useUsageOfKeys(
  ids: readonly string[],
  enabled: boolean,
): ReadonlyMap<string, readonly number[]> {
  const wanted = ids.slice(0, MAX_KEYS).join(',');
  const [settled, setSettled] = useState(wanted);
  const seen = useRef(new Map<string, readonly number[]>());
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const { data } = useQuery({
    queryKey: ['usage', 'keys', settled],
    queryFn: () => dataOf(listKeyUsage({ query: { key_ids: settled }, throwOnError: true })),
    enabled: enabled && settled !== '',
    staleTime: REFRESH_MS,
  });
  return useMemo(() => {
    for (const { key_id, days } of data?.data ?? [])
      seen.current.set(
        key_id,
        days.map(({ live, test }) => live + test),
      );
    return new Map(seen.current);
  }, [data]);
}
