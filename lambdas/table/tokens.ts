import { registrationRoutes } from '../clients/registration-rows.ts';
import { consoleSessionRoutes } from '../console/session-rows.ts';
import { servedBy } from '../kernel/route.ts';
import { embedTokenRoutes } from '../keys/embed-rows.ts';
import { keyTokenRoutes } from '../keys/token-rows.ts';
import { authorizeRoutes } from '../oauth/authorize-rows.ts';
import { deviceRoutes } from '../oauth/device-rows.ts';
import { tokenGrantRoutes } from '../oauth/token-rows.ts';
import { tokenToolRoutes } from '../oauth/token-tool-rows.ts';
import { exchangeRoutes } from '../people/exchange-rows.ts';
import { providerRoutes } from '../providers/rows.ts';
import { refreshRoutes } from '../sessions/refresh-rows.ts';

/** The rows that the function `tokens` serves. */
export const tokenRoutes = servedBy('tokens', [
  exchangeRoutes,
  refreshRoutes,
  keyTokenRoutes,
  embedTokenRoutes,
  authorizeRoutes,
  tokenGrantRoutes,
  consoleSessionRoutes,
  deviceRoutes,
  tokenToolRoutes,
  registrationRoutes,
  providerRoutes,
]);
