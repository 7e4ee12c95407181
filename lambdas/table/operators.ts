import { servedBy } from '../kernel/route.ts';
import { helpRoutes } from '../operators/help-rows.ts';
import { customerRoutes } from '../operators/rows.ts';

/** The rows that the function `operators` serves, where the configuration has operators. */
export const operatorRoutes = servedBy('operators', [customerRoutes, helpRoutes]);
