import * as z from 'zod';
import { challengeLimit, takeFromSource } from '../attempts/source.ts';
import type { PlacedOrigin } from '../audit/entries.ts';
import { type Proof, proveFactor, requireParty, takeChallenge } from '../factors/check.ts';
import { MAX_ANSWER_LENGTH, readAnswer } from '../factors/passkeys.ts';
import { Problem } from '../kernel/problem.ts';
import { type Html, WithCookies } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { continuePage } from '../pages/continue-page.ts';
import { withProblemPage } from '../pages/problem-page.ts';
import type { PageVisit } from '../pages/visit.ts';
import { factorPage, passkeyAlonePage } from './factor-step.ts';
import { signInPath } from './paths.ts';
import type { SignInServices } from './rows.ts';
import { completeSignIn, pendingPerson, signInWithPasskey } from './second-step.ts';
import { SIGN_IN_COOKIES } from './sign-in.ts';
import { type SignInContext, signInCookie } from './sign-ins.ts';
import { carried, csrfField, requireForm, visitOf } from './visit.ts';

const group = routeGroup<SignInServices>()({ service: 'accounts', tag: 'Pages' });

/** What the page's forms send: a choice of the way, or a proof. */
const body = z.object({
  ...carried,
  ...csrfField,
  way: z.enum(['code', 'passkey']).optional().describe('The way to prove it: asks for its page.'),
  alone: z.literal('true').optional().describe('A passkey instead of the password.'),
  code: z.string().max(64).optional().describe('Of the authenticator app, or a recovery code.'),
  credential: z.string().max(MAX_ANSWER_LENGTH).optional().describe('The answer of a passkey, in JSON.'),
});

type Given = z.output<typeof body>;

export const factorStepRoutes = group.rows({
  proveFactor: group.public({
    method: 'POST',
    path: '/factor',
    page: true,
    summary: 'Prove a second factor at a sign-in, or sign in by a passkey alone',
    description: 'What the pages after the password send. It answers with a page that goes on by itself.',
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body,
    success: { status: 200, kind: 'html', description: 'The page.', setsCookies: SIGN_IN_COOKIES },
    errors: [
      'wrong_factor',
      'suspended_tenant',
      'provider_required',
      'not_configured',
      'conflicting_state',
      'rate_limited',
      'stale_form',
    ],
    handle: async ({ body: given, cookies, origin, ...request }, { signIn, pages }) => {
      const { context, parameters, goesTo = '/sign-in' } = visitOf(given, request, pages);
      const visit = { context, parameters };
      const again = continuePage(context, {
        location: signInPath(goesTo === '/sign-in' ? undefined : goesTo),
      });
      const secret = requireForm(cookies, given.csrf, () => again);
      const step = given.alone === 'true' ? aloneStep : factorOfPendingStep;
      const next = await step({ given, secret, visit, again, from: origin }, signIn);
      if (!('signedIn' in next)) return next.page;
      return new WithCookies(continuePage(context, { location: goesTo }), signInCookie(next.signedIn));
    },
  }),
});

interface Step {
  readonly given: Given;
  readonly secret: string;
  readonly visit: PageVisit;
  /** For whose sign-in has expired: it begins again. */
  readonly again: Html;
  readonly from: PlacedOrigin;
}

/** A page that asks, or the secret of a browser that is signed in now. */
type Next = { readonly page: Html } | { readonly signedIn: string };

async function aloneStep({ given, secret, visit, from }: Step, signIn: SignInContext): Promise<Next> {
  const { secondFactor } = signIn;
  // Each challenge is a write, and anybody may ask for one.
  await takeFromSource(secondFactor.sources, from.address, challengeLimit, secondFactor.clock());
  if (given.credential === undefined || given.credential === '')
    return { page: await passkeyAlonePage(secret, visit, { secondFactor }) };
  const signingIn = signInWithPasskey(readAnswer(given.credential), secret, from, signIn);
  const again = () => passkeyAlonePage(secret, visit, { secondFactor, fault: 'wrong' });
  return { signedIn: await unlessWrong(signingIn, again) };
}

async function factorOfPendingStep(
  { given, secret, visit, again, from }: Step,
  signIn: SignInContext,
): Promise<Next> {
  const { secondFactor } = signIn;
  const person = await pendingPerson(secret, signIn);
  if (person?.pending.must !== 'prove') throw new Problem('stale_form', { page: again });
  const factors = await secondFactor.factors.find(person.user);
  const proof = await proofOf(given, secret, signIn);
  if (proof === undefined)
    return { page: await factorPage({ factors, secret, way: given.way }, visit, secondFactor) };
  const signingIn = proveFactor(person.user, proof, from, secondFactor).then((methods) =>
    completeSignIn(person, { secret, methods }, from, signIn),
  );
  const way = 'code' in proof ? 'code' : 'passkey';
  const wrong = () => factorPage({ factors, secret, way, fault: 'wrong' }, visit, secondFactor);
  return { signedIn: await unlessWrong(signingIn, wrong) };
}

/** What was sent to be proven; undefined where another way is asked for. An answer to no challenge proves nothing. */
async function proofOf(
  { way, code, credential }: Given,
  secret: string,
  { secondFactor }: SignInContext,
): Promise<Proof | undefined> {
  if (way !== undefined) return undefined;
  if (credential === undefined || credential === '') return code === undefined ? undefined : { code };
  const challenge = await takeChallenge(secret, 'factor', secondFactor);
  const answer = readAnswer(credential);
  if (answer === undefined || challenge === undefined) return { code: '' };
  return { answer, challenge, party: await requireParty(secondFactor) };
}

/** Asks again for what did not hold. */
function unlessWrong<Result>(work: Promise<Result>, again: () => Promise<Html>): Promise<Result> {
  return withProblemPage(work, ({ code }) => (code === 'wrong_factor' ? again() : undefined));
}
