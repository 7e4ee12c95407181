import { accountRoutes } from './accounts.ts';
import { managementRoutes } from './management.ts';
import { peopleRoutes } from './people.ts';
import { publicRoutes } from './public.ts';
import type { Route } from './route.ts';
import { tokenRoutes } from './tokens.ts';
import { transferRoutes } from './transfer.ts';

/** The route table: every route of Latchkey's own. All that iterates over routes reads this. */
export const routes: readonly Route[] = [
  ...publicRoutes,
  ...accountRoutes,
  ...tokenRoutes,
  ...managementRoutes,
  ...peopleRoutes,
  ...transferRoutes,
];
