import type { Route } from '../kernel/route.ts';
import { type KeyTokenServices, keyTokenRoutes } from '../keys/token-rows.ts';
import { type ExchangeServices, exchangeRoutes } from '../people/exchange-rows.ts';
import { type RefreshServices, refreshRoutes } from '../sessions/refresh-rows.ts';

/** What the function `tokens` has for its rows. */
export interface TokenServices extends ExchangeServices, RefreshServices, KeyTokenServices {}

/** The rows that the function `tokens` serves. */
export const tokenRoutes: readonly Route[] = [...exchangeRoutes, ...refreshRoutes, ...keyTokenRoutes];
