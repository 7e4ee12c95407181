import type { PlacedOrigin } from '../audit/entries.ts';
import { personOfPasskey, proveFactor, requireParty, takeChallenge } from '../factors/check.ts';
import type { PasskeyAnswer } from '../factors/passkeys.ts';
import { endPending, findPending, type PendingPerson } from '../factors/pending.ts';
import { BY_PASSWORD, MULTIPLE_FACTORS } from '../kernel/authentication.ts';
import { Problem } from '../kernel/problem.ts';
import { requirePasswordAllowed } from '../people/required-provider.ts';
import type { User } from '../sessions/user.ts';
import { mayEnter, type SignInContext, signInAs } from './sign-ins.ts';

/** Who is signing in with a browser that has proven the password, as they are now. */
export type PendingSignIn = PendingPerson<User>;

/** Undefined for nobody, and for who was changed or has lost the tenant since the password was looked at. */
export async function pendingPerson(
  secret: string | undefined,
  {
    signIns,
    secondFactor,
    deployment,
    clock,
  }: Pick<SignInContext, 'signIns' | 'secondFactor' | 'deployment' | 'clock'>,
): Promise<PendingSignIn | undefined> {
  if (secret === undefined) return undefined;
  const findUser = async ({ tenantId, userId }: Pick<User, 'tenantId' | 'userId'>) => {
    const present = await signIns.person(tenantId, userId);
    return present !== undefined && mayEnter(present, deployment.rights, clock()) ? present.user : undefined;
  };
  return findPending(secret, 'browser', findUser, secondFactor);
}

/**
 * Signs in who has proven the password before, and a second factor by `methods` now, once. Gives the browser's new secret.
 * Throws `wrong_factor` where another proof of the same password was first.
 */
export async function completeSignIn(
  { pending, user }: PendingSignIn,
  { secret, methods }: { readonly secret: string; readonly methods: readonly string[] },
  from: PlacedOrigin,
  context: SignInContext,
): Promise<string> {
  const { secondFactor, clock } = context;
  const authentication = { authTime: clock(), amr: [...BY_PASSWORD, ...methods, MULTIPLE_FACTORS] };
  if (!(await endPending(secret, secondFactor))) throw new Problem('wrong_factor');
  return signInAs({ user, workspaceId: pending.workspaceId, authentication }, secret, from, context);
}

/**
 * Signs in by a passkey alone, which its person has opened by PIN, finger or face. Throws `wrong_factor`,
 * `suspended_tenant`, `rate_limited`, and `provider_required` where the address is of a domain that signs in elsewhere.
 */
export async function signInWithPasskey(
  answer: PasskeyAnswer | undefined,
  secret: string,
  from: PlacedOrigin,
  context: SignInContext,
): Promise<string> {
  const { signIns, accounts, deployment, secondFactor, clock } = context;
  const party = await requireParty(secondFactor);
  const challenge = await takeChallenge(secret, 'sign-in', secondFactor);
  const person = answer && (await personOfPasskey(answer, secondFactor));
  if (answer === undefined || challenge === undefined || person === undefined)
    throw new Problem('wrong_factor');
  // Of the person before the passkey is looked at: a change of them meanwhile ends this.
  const present = await signIns.person(person.tenantId, person.userId);
  const methods = await proveFactor(person, { answer, challenge, party }, from, secondFactor);
  const login = present && (await accounts.findLogin(present.user.email));
  if (present === undefined || login?.userId !== person.userId) throw new Problem('wrong_factor');
  requirePasswordAllowed(present.user.email, deployment);
  const authentication = { authTime: clock(), amr: [...methods, MULTIPLE_FACTORS] };
  const { user } = present;
  return signInAs({ user, workspaceId: login.workspaceId, authentication }, secret, from, context);
}
