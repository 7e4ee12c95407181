import { isRecent } from '../kernel/authentication.ts';
import { type PlainSuccess, Redirect } from '../kernel/results.ts';
import type { PageContext } from '../pages/page.ts';
import { signInPath } from './paths.ts';
import type { SignedIn } from './sign-in.ts';

/** What a row that asks for a sign-in also answers (`alternatives`). */
export const SIGN_IN_FIRST: PlainSuccess<'redirect'> = {
  status: 302,
  kind: 'redirect',
  description: 'To the sign-in, and from there to this page; or to this page at the deployment’s own host.',
};

/** A page that somebody must be signed in for. */
export interface AskingPage {
  readonly context: PageContext;
  /** Where to go on to after the sign-in: the page's path with its query, of those that `continuePath` takes. */
  readonly continueAt: string;
}

/** The way to the sign-in, and from there to the page. */
export function toSignIn({ context, continueAt }: AskingPage): Redirect {
  return new Redirect(context.base + signInPath(continueAt));
}

/** Who is signed in; for nobody the way to the sign-in and from there to where they were. */
export function requireSignIn(signedIn: SignedIn | undefined, page: AskingPage): SignedIn | Redirect {
  return signedIn ?? toSignIn(page);
}

/**
 * As {@link requireSignIn}, and who signed in more than ten minutes ago (`RECENT_SECONDS`) does so again: for pages on
 * which a person does what is hard to take back, both when they are shown and when their form comes. `now` in Unix seconds.
 */
export function requireRecentSignIn(
  signedIn: SignedIn | undefined,
  page: AskingPage,
  now: number,
): SignedIn | Redirect {
  return requireSignIn(signedIn !== undefined && isRecent(signedIn, now) ? signedIn : undefined, page);
}
