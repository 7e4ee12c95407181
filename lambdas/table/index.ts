import { everyRow } from '../kernel/route.ts';
import { revealRoutes } from '../keys/reveal-rows.ts';
import { transferRoutes } from '../transfer/rows.ts';
import { accountsRoutes } from './accounts.ts';
import { managementRoutes } from './management.ts';
import { operatorRoutes } from './operators.ts';
import { everyPeopleRoute } from './people.ts';
import { publicRoutes } from './public.ts';
import { tokenRoutes } from './tokens.ts';

/** The route table: every route of Latchkey's own. All that iterates over routes reads this. */
export const routes = everyRow([
  publicRoutes,
  accountsRoutes,
  tokenRoutes,
  managementRoutes,
  everyPeopleRoute,
  transferRoutes,
  revealRoutes,
  operatorRoutes,
]);
