import { consoleFileRoutes } from '../console/file-rows.ts';
import { servedBy } from '../kernel/route.ts';
import { pageFileRoutes } from '../pages/rows.ts';
import { jwksRoutes } from '../signing/rows.ts';
import { discoveryRoutes } from '../status/discovery-rows.ts';
import { statusRoutes } from '../status/rows.ts';

/** The rows that the function `public` serves. */
export const publicRoutes = servedBy('public', [
  statusRoutes,
  jwksRoutes,
  discoveryRoutes,
  pageFileRoutes,
  consoleFileRoutes,
]);
