import * as z from 'zod';
import type { PlacedOrigin } from '../audit/entries.ts';
import { type FactorContext, newChallenge, requireParty, takeChallenge } from '../factors/check.ts';
import {
  addPasskey,
  beginTotp,
  confirmTotp,
  type Enrolled,
  removeFactor,
  renewRecoveryCodes,
  waitingTotp,
} from '../factors/enrolment.ts';
import { MAX_PASSKEYS } from '../factors/factors.ts';
import { MAX_ANSWER_LENGTH, readAnswer, registrationOptions } from '../factors/passkeys.ts';
import { totpUri } from '../factors/totp.ts';
import { plainText } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { type Html, Redirect, WithCookies } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { continuePage } from '../pages/continue-page.ts';
import {
  appSetupPage,
  factorsPage,
  type ListedFactor,
  passkeySetupPage,
  recoveryCodesPage,
} from '../pages/factors-page.ts';
import { textsOf } from '../pages/page.ts';
import { FACTORS_PATH, withQuery } from '../pages/paths.ts';
import { SIGN_IN_FIRST } from '../signin/recent.ts';
import type { SignInServices } from '../signin/rows.ts';
import { completeSignIn } from '../signin/second-step.ts';
import { SIGN_IN_COOKIES } from '../signin/sign-in.ts';
import { type SignInContext, signInCookie } from '../signin/sign-ins.ts';
import { carried, csrfField, requireForm, visitOf } from '../signin/visit.ts';
import { type Enrolling, enrollingOf } from './enrolling.ts';
import { qrCode } from './qr-code.ts';

const group = routeGroup<SignInServices>()({ service: 'accounts', tag: 'Pages' });

const body = z.object({
  ...carried,
  ...csrfField,
  step: z.enum(['app', 'confirm', 'passkey', 'register', 'remove', 'codes']),
  code: z.string().max(64).optional(),
  credential: z.string().max(MAX_ANSWER_LENGTH).optional(),
  name: plainText(60).optional(),
  id: z.string().max(1400).optional(),
});

type Given = z.output<typeof body>;
type Visit = ReturnType<typeof visitOf>;

const success = {
  status: 200,
  kind: 'html',
  description: 'The page.',
  setsCookies: SIGN_IN_COOKIES,
} as const;

export const enrolmentRoutes = group.rows({
  showFactors: group.public({
    method: 'GET',
    path: FACTORS_PATH,
    page: true,
    summary: 'The page on which people set up and remove second factors',
    takesCookies: SIGN_IN_COOKIES,
    query: z.object(carried),
    success,
    alternatives: [SIGN_IN_FIRST],
    errors: [],
    handle: async ({ query, cookies, ...request }, services) => {
      const visit = visitOf(query, request, services.pages);
      const enrolling = await enrollingOf(cookies, visit, services);
      return enrolling instanceof Redirect ? enrolling : showFactors(enrolling, visit, services.signIn);
    },
  }),
  changeFactors: group.public({
    method: 'POST',
    path: FACTORS_PATH,
    page: true,
    summary: 'Set up a second factor, or remove one',
    takesForm: true,
    takesCookies: SIGN_IN_COOKIES,
    body,
    success,
    alternatives: [SIGN_IN_FIRST],
    errors: [
      'wrong_factor',
      'not_found',
      'not_configured',
      'conflicting_state',
      'limit_reached',
      'stale_form',
    ],
    handle: async ({ body: given, cookies, origin, ...request }, services) => {
      const visit = visitOf(given, request, services.pages);
      const anew = continuePage(visit.context, { location: withQuery(FACTORS_PATH, visit.parameters) });
      requireForm(cookies, given.csrf, () => anew);
      const enrolling = await enrollingOf(cookies, visit, services);
      if (enrolling instanceof Redirect) return enrolling;
      return steps[given.step]({ given, enrolling, visit, from: origin }, services);
    },
  }),
});

interface Step {
  readonly given: Given;
  readonly enrolling: Enrolling;
  readonly visit: Visit;
  readonly from: PlacedOrigin;
}

type Answer = Promise<Html | WithCookies<Html>>;

const steps: Readonly<Record<Given['step'], (step: Step, services: SignInServices) => Answer>> = {
  async app({ enrolling, visit }, { signIn }) {
    const { secret } = await beginTotp(enrolling.person, signIn.secondFactor);
    return showApp({ enrolling, visit, secret });
  },
  async confirm({ given, enrolling, visit, from }, { signIn }) {
    const { secondFactor } = signIn;
    try {
      const origin = originOf(enrolling, from);
      const enrolled = await confirmTotp(enrolling.person, given.code ?? '', origin, secondFactor);
      return await goOn({ enrolled, enrolling, visit, from, methods: ['otp'] }, signIn);
    } catch (error) {
      if (!isProblem(error, 'wrong_factor')) throw error;
      const waiting = await waitingTotp(enrolling.person, secondFactor);
      if (waiting === undefined) throw error;
      throw new Problem('wrong_factor', {
        page: showApp({ enrolling, visit, secret: waiting.secret, fault: 'wrong' }),
      });
    }
  },
  async passkey({ enrolling, visit }, { signIn }) {
    return showPasskey({ enrolling, visit }, signIn.secondFactor);
  },
  async register({ given, enrolling, visit, from }, { signIn }) {
    const { secondFactor } = signIn;
    const challenge = await takeChallenge(enrolling.secret, 'registration', secondFactor);
    const answer = readAnswer(given.credential ?? '');
    try {
      if (challenge === undefined || answer === undefined) throw new Problem('wrong_factor');
      const passkey = { answer, challenge, name: given.name ?? textsOf(visit.context).factors.nameExample };
      const enrolled = await addPasskey(enrolling.person, passkey, originOf(enrolling, from), secondFactor);
      return await goOn({ enrolled, enrolling, visit, from, methods: ['swk', 'user'] }, signIn);
    } catch (error) {
      if (!isProblem(error, 'wrong_factor')) throw error;
      throw new Problem('wrong_factor', {
        page: await showPasskey({ enrolling, visit, fault: 'wrong' }, secondFactor),
      });
    }
  },
  async remove({ given, enrolling, visit, from }, { signIn }) {
    try {
      await removeFactor(enrolling.person, given.id ?? '', originOf(enrolling, from), signIn.secondFactor);
    } catch (error) {
      if (!isProblem(error, 'conflicting_state')) throw error;
      const fault = textsOf(visit.context).factors.lastStays;
      throw new Problem('conflicting_state', { page: await showFactors(enrolling, visit, signIn, fault) });
    }
    return showFactors(enrolling, visit, signIn);
  },
  async codes({ enrolling, visit, from }, { signIn }) {
    const codes = await renewRecoveryCodes(enrolling.person, originOf(enrolling, from), signIn.secondFactor);
    return recoveryCodesPage(visit.context, { codes, goesTo: withQuery(FACTORS_PATH, visit.parameters) });
  },
};

/** After a factor was set up: who had to is signed in now, and new recovery codes are shown, once. */
async function goOn(
  {
    enrolled,
    enrolling,
    visit: { context, goesTo },
    from,
    methods,
  }: Omit<Step, 'given'> & { readonly enrolled: Enrolled; readonly methods: readonly string[] },
  signIn: SignInContext,
): Answer {
  const { pending, secret } = enrolling;
  const location = goesTo ?? (pending === undefined ? FACTORS_PATH : '/sign-in');
  const page =
    enrolled.recoveryCodes === null
      ? continuePage(context, { location })
      : recoveryCodesPage(context, { codes: enrolled.recoveryCodes, goesTo: location });
  if (pending === undefined) return page;
  const renewed = await completeSignIn(pending, { secret, methods }, from, signIn);
  return new WithCookies(page, signInCookie(renewed));
}

async function showFactors(
  { person, csrf, pending }: Enrolling,
  { context, parameters }: Visit,
  { secondFactor }: SignInContext,
  fault?: string,
): Promise<Html> {
  const { totp, passkeys, recoveryCodes } = await secondFactor.factors.find(person);
  const day = (at: number) =>
    new Date(at * 1000).toLocaleDateString(context.language, { dateStyle: 'medium', timeZone: 'UTC' });
  const shown = (factor: {
    readonly id: string;
    readonly name: string;
    readonly createdAt: number;
    readonly lastUsedAt: number | null;
  }): ListedFactor => ({
    id: factor.id,
    name: factor.name,
    added: day(factor.createdAt),
    used: factor.lastUsedAt === null ? null : day(factor.lastUsedAt),
  });
  return factorsPage(context, {
    csrf,
    parameters,
    isRequired: pending !== undefined,
    email: person.email,
    app: totp === null ? null : shown({ ...totp, name: '' }),
    passkeys: passkeys.map((passkey) => ({ ...shown(passkey), isBackedUp: passkey.isBackedUp })),
    recoveryCodesLeft: recoveryCodes.length,
    offersPasskeys: secondFactor.party !== null && passkeys.length < MAX_PASSKEYS,
    ...(fault === undefined ? {} : { fault }),
  });
}

function showApp({
  enrolling: { person, csrf },
  visit: { context, parameters },
  secret,
  fault,
}: Pick<Step, 'enrolling' | 'visit'> & { readonly secret: string; readonly fault?: 'wrong' }): Html {
  const uri = totpUri({ secret, service: context.branding.name, email: person.email });
  return appSetupPage(context, {
    csrf,
    parameters,
    secret,
    qrCode: qrCode(uri, textsOf(context).factors.qrCode),
    ...(fault === undefined ? {} : { fault }),
  });
}

async function showPasskey(
  { enrolling, visit, fault }: Pick<Step, 'enrolling' | 'visit'> & { readonly fault?: 'wrong' },
  secondFactor: FactorContext,
): Promise<Html> {
  const { person, csrf, secret } = enrolling;
  const party = await requireParty(secondFactor);
  const { passkeys } = await secondFactor.factors.find(person);
  const challenge = await newChallenge(secret, 'registration', secondFactor);
  const { userId, email } = person;
  return passkeySetupPage(visit.context, {
    csrf,
    parameters: visit.parameters,
    options: registrationOptions(party, { userId, email, challenge, passkeys }),
    ...(fault === undefined ? {} : { fault }),
  });
}

function originOf({ person }: Enrolling, from: PlacedOrigin) {
  return { actor: `user:${person.userId}`, ...from };
}

function isProblem(error: unknown, code: Problem['code']): boolean {
  return error instanceof Problem && error.code === code;
}
