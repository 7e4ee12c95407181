import type { PlacedOrigin } from '../audit/entries.ts';
import { type FactorContext, factorNeed, proveFactor } from '../factors/check.ts';
import { beginPending, endPending, findPending, newPendingSecret, type Pending } from '../factors/pending.ts';
import { BY_PASSWORD, MULTIPLE_FACTORS } from '../kernel/authentication.ts';
import { Problem } from '../kernel/problem.ts';
import { type Grant, openGrant } from '../sessions/grants.ts';
import { type AccountContext, enterWithPassword, type PasswordCredentials } from './accounts.ts';

/** The context of a login: it asks for the second factor of who has one, or must. */
export interface LoginContext extends AccountContext {
  readonly secondFactor: FactorContext;
}

/**
 * Opens a session. Throws as {@link enterWithPassword}; once the password has proven right also `mfa_required`, with the
 * `mfa_token` to go on by, and `mfa_enrollment_required` for who must have a second factor and has none.
 */
export async function logIn(
  credentials: PasswordCredentials,
  from: PlacedOrigin,
  context: LoginContext,
): Promise<Grant> {
  const { clock, secondFactor } = context;
  const entered = await enterWithPassword(credentials, from, context, async (user, workspaceId) => {
    const need = await factorNeed(user, secondFactor);
    if (need === 'enrol') return new Problem('mfa_enrollment_required');
    if (need === null)
      return openGrant(
        { user, workspaceId, authentication: { authTime: clock(), amr: BY_PASSWORD } },
        from,
        context,
      );
    const token = newPendingSecret();
    await beginPending(token, { user, workspaceId, must: need, kind: 'program' }, secondFactor);
    return new Problem('mfa_required', { members: { mfa_token: token } });
  });
  // The password was right, and is counted so, whatever else is asked for.
  if (entered instanceof Problem) throw entered;
  return entered;
}

/**
 * Goes on with a login by a code of an app, or a recovery code. Throws `wrong_factor`, for a token too that is none or has
 * expired, `rate_limited`, and `conflicting_state` for who was changed meanwhile.
 */
export async function logInWithFactor(
  { token, code }: { readonly token: string; readonly code: string },
  from: PlacedOrigin,
  context: LoginContext,
): Promise<Grant> {
  const { accounts, clock, secondFactor } = context;
  const findUser = ({ tenantId, userId }: Pending) => accounts.findUser(tenantId, userId);
  const person = await findPending(token, 'program', findUser, secondFactor);
  if (person?.pending.must !== 'prove') throw notAccepted();
  const { user, pending } = person;
  const methods = await proveFactor(user, { code }, from, secondFactor);
  const amr = [...BY_PASSWORD, ...methods, MULTIPLE_FACTORS];
  // Two codes at once open one session.
  if (!(await endPending(token, secondFactor))) throw notAccepted();
  const { workspaceId } = pending;
  return openGrant({ user, workspaceId, authentication: { authTime: clock(), amr } }, from, context);
}

function notAccepted(): Problem {
  return new Problem('wrong_factor', {
    message: 'mfa_token is not accepted, or has expired. Log in again.',
  });
}
