import { useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { dataOf } from '../api/client.ts';
import { getMe, getTenant, listSessions, listWorkspaces } from '../api/generated/sdk.gen.ts';
import type { GetMeResponse } from '../api/generated/types.gen.ts';
import { type Area, covers, settings } from './settings.ts';

export type Me = GetMeResponse;

export const meQuery = {
  queryKey: ['me'],
  queryFn: () => dataOf(getMe({ throwOnError: true })),
  staleTime: 60_000,
};

export const MeContext = createContext<Me | undefined>(undefined);

/** Who is signed in. Within the frame of the console there always is somebody. */
export function useMe(): Me {
  const me = use(MeContext);
  if (me === undefined) throw new Error('nobody is signed in');
  return me;
}

/** Who may do what an area of the API takes; or who runs the deployment, and has no part in any area. */
export type Audience = Area | 'operators';

/** Whether somebody is of an audience; without one, everybody is. */
export function may(
  { scopes, tenant_id }: Pick<Me, 'scopes' | 'tenant_id'>,
  area: Audience | undefined,
): boolean {
  if (area === 'operators') return tenant_id === 'operators';
  return area === undefined || covers(scopes, settings.area_scopes[area]);
}

/** Whether the reader {@link may}. */
export function useMay(area: Audience | undefined): boolean {
  return may(useMe(), area);
}

/** The tenant, for who may see it. */
export function useTenant() {
  return useQuery({
    queryKey: ['tenant'],
    queryFn: () => dataOf(getTenant({ throwOnError: true })),
    staleTime: 60_000,
    enabled: useMay('reading'),
  });
}

/** Requests a minute of a key of the tenant: undefined while that is not known. */
export function useKeyLimit(environment: 'live' | 'test'): number | undefined {
  const { data } = useTenant();
  return environment === 'test'
    ? settings.test_key_requests_per_minute
    : settings.tiers[data?.tier ?? '']?.key_requests_per_minute;
}

/** Where the reader is signed in. */
export const sessionsQuery = {
  queryKey: ['sessions'],
  queryFn: () => dataOf(listSessions({ throwOnError: true })),
  staleTime: 60_000,
};

/** The workspaces of the tenant. */
export function useWorkspaces() {
  return useQuery({
    queryKey: ['workspaces'],
    queryFn: async () => (await dataOf(listWorkspaces({ throwOnError: true }))).data,
    staleTime: 60_000,
    enabled: useMay('reading'),
  });
}
