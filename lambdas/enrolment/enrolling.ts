import type { Enrollee } from '../factors/enrolment.ts';
import { Redirect } from '../kernel/results.ts';
import { FACTORS_PATH, withQuery } from '../pages/paths.ts';
import { csrfToken } from '../signin/csrf.ts';
import { requireRecentSignIn } from '../signin/recent.ts';
import type { SignInServices } from '../signin/rows.ts';
import { type PendingSignIn, pendingPerson } from '../signin/second-step.ts';
import type { SignInCookies } from '../signin/sign-in.ts';
import { secretOf } from '../signin/sign-ins.ts';
import type { visitOf } from '../signin/visit.ts';

/** Who sets up second factors with a browser. */
export interface Enrolling {
  readonly person: Enrollee;
  /** The secret of the browser, to which challenges are bound. */
  readonly secret: string;
  readonly csrf: string;
  /** Of who must set one up before they are signed in. */
  readonly pending: PendingSignIn | undefined;
}

/**
 * Who has signed in within ten minutes, or has proven the password and must set up a factor; for everybody else the way
 * to the sign-in and back.
 */
export async function enrollingOf(
  cookies: SignInCookies,
  { context, parameters }: ReturnType<typeof visitOf>,
  { signIn, signIns }: SignInServices,
): Promise<Enrolling | Redirect> {
  const secret = secretOf(cookies) ?? '';
  const pending = await pendingPerson(secretOf(cookies), signIn);
  // The password alone sets up the first factor. Who has one by now proves it, at a new sign-in.
  if (pending?.pending.must === 'enrol' && (pending.user.factors ?? []).length === 0)
    return {
      person: { ...pending.user, language: context.language, hasNone: true },
      secret,
      csrf: csrfToken(secret),
      pending,
    };
  const page = { context, continueAt: withQuery(FACTORS_PATH, parameters) };
  const signedIn = requireRecentSignIn(await signIns.current(cookies), page, signIn.clock());
  if (signedIn instanceof Redirect) return signedIn;
  return {
    person: { ...signedIn, language: context.language },
    secret,
    csrf: signedIn.csrf,
    pending: undefined,
  };
}
