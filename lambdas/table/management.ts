import { type AuditServices, auditRoutes } from '../audit/rows.ts';
import type { Route } from '../kernel/route.ts';
import { type KeyServices, keyRoutes } from '../keys/rows.ts';
import { type KeyToolServices, keyToolRoutes } from '../keys/tool-rows.ts';
import { type MeServices, meRoutes } from '../people/me-rows.ts';
import { type SessionServices, sessionRoutes } from '../sessions/rows.ts';
import { type TenancyServices, tenancyRoutes } from '../tenancy/rows.ts';
import { type UsageServices, usageRoutes } from '../usage/rows.ts';

/** What the function `management` has for its rows. */
export interface ManagementServices
  extends MeServices,
    SessionServices,
    KeyServices,
    TenancyServices,
    KeyToolServices,
    AuditServices,
    UsageServices {}

/** The rows that the function `management` serves. */
export const managementRoutes: readonly Route[] = [
  ...meRoutes,
  ...sessionRoutes,
  ...keyRoutes,
  ...keyToolRoutes,
  ...tenancyRoutes,
  ...auditRoutes,
  ...usageRoutes,
];
