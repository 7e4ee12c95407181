import { ownAccountRoutes } from '../account/rows.ts';
import { invitationRoutes } from '../invitations/rows.ts';
import { servedBy } from '../kernel/route.ts';
import { peopleRoutes } from '../people/rows.ts';
import { personSessionRoutes } from '../people/session-rows.ts';
import { personRecoveryRoutes } from '../recovery/person-rows.ts';

/** The rows that the function `people` serves. */
export const everyPeopleRoute = servedBy('people', [
  peopleRoutes,
  invitationRoutes,
  personRecoveryRoutes,
  personSessionRoutes,
  ownAccountRoutes,
]);
