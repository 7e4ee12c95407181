import { ownAccountRoutes } from '../account/rows.ts';
import { servedBy } from '../kernel/route.ts';
import { peopleRoutes } from '../people/rows.ts';

/** The rows that the function `people` serves. */
export const peopleFunctionRoutes = servedBy('people', [peopleRoutes, ownAccountRoutes]);
