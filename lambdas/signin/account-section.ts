import type { ShownSection } from '../pages/account-page.ts';
import type { PageContext } from '../pages/page.ts';
import type { SignedIn } from './sign-in.ts';

/** Who looks at their own account, and how it is shown to them. */
export interface AccountVisit {
  readonly context: PageContext;
  readonly signedIn: SignedIn;
}

/**
 * A section of the page `/account`, of whichever room it is about; null where it has nothing to show to this person. The
 * page's list is `lambdas/account/sections.ts`: a section is one line there.
 */
export type AccountSection<Services> = (
  visit: AccountVisit,
  services: Services,
) => Promise<ShownSection | null>;
