import { auditRoutes } from '../audit/rows.ts';
import { clientRoutes } from '../clients/rows.ts';
import { servedBy } from '../kernel/route.ts';
import { keyRoutes } from '../keys/rows.ts';
import { keyToolRoutes } from '../keys/tool-rows.ts';
import { appRoutes } from '../oauth/app-rows.ts';
import { meRoutes } from '../people/me-rows.ts';
import { sessionRoutes } from '../sessions/rows.ts';
import { tenantRoutes, workspaceRoutes } from '../tenancy/rows.ts';
import { usageRoutes } from '../usage/rows.ts';

/** The rows that the function `management` serves. */
export const managementRoutes = servedBy('management', [
  meRoutes,
  sessionRoutes,
  appRoutes,
  keyRoutes,
  keyToolRoutes,
  clientRoutes,
  workspaceRoutes,
  tenantRoutes,
  auditRoutes,
  usageRoutes,
]);
