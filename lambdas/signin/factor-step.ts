import { type FactorContext, newChallenge, requireParty } from '../factors/check.ts';
import type { Factors } from '../factors/factors.ts';
import { requestOptions } from '../factors/passkeys.ts';
import type { Html } from '../kernel/results.ts';
import { WithCookies } from '../kernel/results.ts';
import { continuePage } from '../pages/continue-page.ts';
import { codePage, type FactorPage, passkeyPage } from '../pages/factor-page.ts';
import { FACTORS_PATH, withQuery } from '../pages/paths.ts';
import type { PageVisit } from '../pages/visit.ts';
import { csrfToken } from './csrf.ts';
import { browserCookie, type Progress } from './sign-ins.ts';

/** The page after the password of who is not signed in yet: it asks for a second factor, or leads to setting one up. */
export async function factorStep(
  { step, secret, user }: Exclude<Progress, { readonly step: 'signed in' }>,
  visit: PageVisit,
  secondFactor: FactorContext,
): Promise<WithCookies<Html>> {
  const cookie = browserCookie(secret);
  if (step === 'enrol') {
    const location = withQuery(FACTORS_PATH, visit.parameters);
    return new WithCookies(continuePage(visit.context, { location }), cookie);
  }
  const factors = await secondFactor.factors.find(user);
  return new WithCookies(await factorPage({ factors, secret }, visit, secondFactor), cookie);
}

/** How somebody proves a second factor: the way that they have chosen, or the first that they have. */
export async function factorPage(
  {
    factors,
    secret,
    way,
    fault,
  }: {
    readonly factors: Factors;
    readonly secret: string;
    readonly way?: 'code' | 'passkey' | undefined;
    readonly fault?: FactorPage['fault'];
  },
  { context, parameters }: PageVisit,
  secondFactor: FactorContext,
): Promise<Html> {
  const hasApp = factors.totp !== null;
  const hasPasskey = factors.passkeys.length > 0 && secondFactor.party !== null;
  const chosen = way ?? (hasApp || !hasPasskey ? 'code' : 'passkey');
  const content = { csrf: csrfToken(secret), parameters, ...(fault === undefined ? {} : { fault }) };
  if (chosen === 'code' || !hasPasskey)
    return codePage(context, { ...content, hasApp, others: hasPasskey ? ['passkey'] : [] });
  const party = await requireParty(secondFactor);
  const challenge = await newChallenge(secret, 'factor', secondFactor);
  const options = requestOptions(party, challenge, factors.passkeys);
  return passkeyPage(context, { ...content, options, isAlone: false, others: ['code'] });
}

/** The page that signs in by a passkey alone. */
export async function passkeyAlonePage(
  secret: string,
  { context, parameters }: PageVisit,
  { secondFactor, fault }: { readonly secondFactor: FactorContext; readonly fault?: FactorPage['fault'] },
): Promise<Html> {
  const party = await requireParty(secondFactor);
  const options = requestOptions(party, await newChallenge(secret, 'sign-in', secondFactor));
  const content = { csrf: csrfToken(secret), parameters, ...(fault === undefined ? {} : { fault }) };
  return passkeyPage(context, { ...content, options, isAlone: true, others: [] });
}
