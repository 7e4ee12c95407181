import { accountPageRoutes } from '../account/page-rows.ts';
import { enrolmentRoutes } from '../enrolment/rows.ts';
import { invitationPageRoutes } from '../invitations/page-rows.ts';
import { servedBy } from '../kernel/route.ts';
import { accountRoutes } from '../people/account-rows.ts';
import { factorRoutes } from '../people/factor-rows.ts';
import { recoveryPageRoutes } from '../recovery/page-rows.ts';
import { recoveryRoutes } from '../recovery/rows.ts';
import { factorStepRoutes } from '../signin/factor-rows.ts';
import { signInRoutes } from '../signin/rows.ts';

/** The rows that the function `accounts` serves. */
export const accountsRoutes = servedBy('accounts', [
  accountRoutes,
  signInRoutes,
  factorStepRoutes,
  enrolmentRoutes,
  factorRoutes,
  accountPageRoutes,
  recoveryRoutes,
  recoveryPageRoutes,
  invitationPageRoutes,
]);
