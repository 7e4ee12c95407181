import type { Route } from '../kernel/route.ts';
import { type JwksServices, jwksRoutes } from '../signing/rows.ts';
import { type StatusServices, statusRoutes } from '../status/rows.ts';

/** What the function `public` has for its rows. */
export interface PublicServices extends StatusServices, JwksServices {}

/** The rows that the function `public` serves. */
export const publicRoutes: readonly Route[] = [...statusRoutes, ...jwksRoutes];
