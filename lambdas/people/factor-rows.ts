import * as z from 'zod';
import { originOf } from '../audit/entries.ts';
import type { Deployment } from '../contract/deployment.ts';
import { roleScopes } from '../contract/rights.ts';
import type { FactorContext } from '../factors/check.ts';
import {
  beginTotp,
  confirmTotp,
  type Enrollee,
  removeAllFactors,
  removeFactor,
  renamePasskey,
  renewRecoveryCodes,
} from '../factors/enrolment.ts';
import type { Passkey, Totp } from '../factors/factors.ts';
import { totpUri } from '../factors/totp.ts';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import type { UserCaller } from '../kernel/caller.ts';
import { timestamp } from '../kernel/clock.ts';
import { changesSomething, plainText, time } from '../kernel/fields.ts';
import { Problem } from '../kernel/problem.ts';
import { requireHeld } from '../kernel/rights.ts';
import { routeGroup } from '../kernel/route.ts';
import type { AccountStore } from './accounts.ts';
import { noPerson } from './people.ts';

/** The services of these rows in the function `accounts`. */
export interface FactorServices {
  readonly factors: {
    readonly secondFactor: FactorContext;
    readonly requireRecentSignIn: RequireRecentSignIn;
    readonly users: Pick<AccountStore, 'findUser'>;
    readonly deployment: Pick<Deployment, 'rights'>;
    /** The service's name, as apps show it. */
    readonly name: string;
  };
}

const factorView = z
  .object({
    id: z.string(),
    kind: z.enum(['totp', 'passkey']),
    name: z.string().nullable().describe('Of a passkey; null for the authenticator app.'),
    created_at: time,
    last_used_at: time.nullable(),
    is_backed_up: z.boolean().nullable().describe('Of a passkey: whether it is synced; null for the app.'),
  })
  .meta({ id: 'Factor' });

const recoveryCodes = z.array(z.string()).nullable().describe('Ten new recovery codes, shown only now.');

const group = routeGroup<FactorServices>()({ service: 'accounts', tag: 'Accounts' });

export const factorRoutes = group.rows({
  listFactors: group.person({
    method: 'GET',
    path: '/v1/auth/factors',
    scope: null,
    summary: 'List your second factors',
    success: {
      status: 200,
      description: 'The second factors.',
      schema: z.object({ data: z.array(factorView), recovery_codes_left: z.int() }),
    },
    errors: [],
    handle: async (_request, { factors: { secondFactor } }, caller) => {
      const { totp, passkeys, recoveryCodes } = await secondFactor.factors.find(caller);
      return {
        data: [...(totp === null ? [] : [viewTotp(totp)]), ...passkeys.map(viewPasskey)],
        recovery_codes_left: recoveryCodes.length,
      };
    },
  }),
  addFactor: group.person({
    method: 'POST',
    path: '/v1/auth/factors',
    scope: null,
    summary: 'Begin to set up an authenticator app, or make new recovery codes',
    description:
      'An app is set up once `PATCH /v1/auth/factors/{id}` has a code of it, within ten minutes; it replaces the one ' +
      'before. New recovery codes end the old ones. Passkeys are made on the page `/factors`, in the browser that has ' +
      'them. Takes a sign-in of the last ten minutes.',
    body: z.strictObject({ kind: z.enum(['totp', 'recovery_codes']) }),
    success: {
      status: 201,
      description: 'What the app takes, or the codes. Shown only now.',
      schema: z.object({
        kind: z.enum(['totp', 'recovery_codes']),
        id: z.string().nullable(),
        secret: z.string().nullable().describe('In base32.'),
        uri: z.string().nullable().describe('`otpauth:`, to be shown as a QR code.'),
        recovery_codes: recoveryCodes,
      }),
    },
    errors: ['reauthentication_required', 'user_required', 'conflicting_state'],
    handle: async ({ body, origin }, { factors }, caller) => {
      const person = await enrolleeOf(caller, factors);
      const { secondFactor, name } = factors;
      if (body.kind === 'recovery_codes') {
        const codes = await renewRecoveryCodes(person, originOf(caller, origin), secondFactor);
        return { kind: body.kind, id: null, secret: null, uri: null, recovery_codes: [...codes] };
      }
      const { id, secret } = await beginTotp(person, secondFactor);
      const uri = totpUri({ secret, service: name, email: person.email });
      return { kind: body.kind, id, secret, uri, recovery_codes: null };
    },
  }),
  updateFactor: group.person({
    method: 'PATCH',
    path: '/v1/auth/factors/{id}',
    scope: null,
    summary: 'End the setting up of an authenticator app by a code of it, or rename a passkey',
    body: changesSomething(
      z.strictObject({ code: z.string().min(1).max(64).optional(), name: plainText(60).optional() }),
    ),
    success: {
      status: 200,
      description: 'It is set up, or renamed.',
      schema: z.object({ id: z.string(), recovery_codes: recoveryCodes }),
    },
    errors: ['reauthentication_required', 'user_required', 'not_found', 'wrong_factor', 'conflicting_state'],
    handle: async ({ params, body, origin }, { factors }, caller) => {
      const person = await enrolleeOf(caller, factors);
      const { secondFactor } = factors;
      const id = params.id ?? '';
      if (body.name !== undefined) await renamePasskey(person, { id, name: body.name }, secondFactor);
      if (body.code === undefined) return { id, recovery_codes: null };
      const enrolled = await confirmTotp(person, body.code, originOf(caller, origin), secondFactor);
      return { id: enrolled.id, recovery_codes: enrolled.recoveryCodes && [...enrolled.recoveryCodes] };
    },
  }),
  removeFactor: group.person({
    method: 'DELETE',
    path: '/v1/auth/factors/{id}',
    scope: null,
    summary: 'Remove one of your second factors',
    description: 'With the last one the recovery codes go. Where one is required of you, the last one stays.',
    success: {
      status: 200,
      description: 'It is gone.',
      schema: z.object({ id: z.string(), status: z.literal('removed') }),
    },
    errors: ['reauthentication_required', 'user_required', 'not_found', 'conflicting_state'],
    handle: async ({ params, origin }, { factors }, caller) => {
      const person = await enrolleeOf(caller, factors);
      const id = params.id ?? '';
      await removeFactor(person, id, originOf(caller, origin), factors.secondFactor);
      return { id, status: 'removed' };
    },
  }),
  resetFactors: group.person({
    method: 'DELETE',
    path: '/v1/users/{id}/factors',
    scope: 'people',
    tag: 'Users',
    summary: 'Remove all second factors of a person who has lost them',
    description:
      'The person is told by mail, and sets up new ones at the next sign-in where one is required. Of who has none there is nothing to remove.',
    success: {
      status: 200,
      description: 'They are gone.',
      schema: z.object({ id: z.string(), status: z.literal('removed') }),
    },
    errors: [
      'reauthentication_required',
      'user_required',
      'not_found',
      'exceeds_own_rights',
      'conflicting_state',
    ],
    handle: async ({ params, origin }, { factors }, caller) => {
      await requireOwnHand(caller, factors);
      const { users, deployment, secondFactor } = factors;
      const user = await users.findUser(caller.tenantId, params.id ?? '');
      if (user === undefined) throw noPerson();
      if (user.userId === caller.userId)
        throw new Problem('conflicting_state', {
          message: 'Your own second factors are removed one by one (DELETE /v1/auth/factors/{id}).',
        });
      // Who lowers the protection of somebody must have all that they have.
      requireHeld(roleScopes(user.role, deployment.rights.roles), caller, deployment.rights);
      await removeAllFactors(user, originOf(caller, origin), secondFactor);
      return { id: user.userId, status: 'removed' };
    },
  }),
});

/** The caller, signed in within ten minutes, themselves. */
async function enrolleeOf(caller: UserCaller, factors: FactorServices['factors']): Promise<Enrollee> {
  await requireOwnHand(caller, factors);
  const user = await factors.users.findUser(caller.tenantId, caller.userId);
  if (user === undefined) throw new Problem('ended_session');
  return user;
}

/** An OAuth client acts within what it was given; how its person signs in is not part of that. */
async function requireOwnHand(
  caller: UserCaller,
  { requireRecentSignIn }: Pick<FactorServices['factors'], 'requireRecentSignIn'>,
): Promise<void> {
  if (caller.clientId !== undefined)
    throw new Problem('user_required', { message: 'No app changes second factors: log in yourself.' });
  await requireRecentSignIn(caller);
}

function viewTotp({ id, createdAt, lastUsedAt }: Totp): z.output<typeof factorView> {
  return { id, kind: 'totp', name: null, ...shownTimes({ createdAt, lastUsedAt }), is_backed_up: null };
}

function viewPasskey({ id, name, isBackedUp, ...times }: Passkey): z.output<typeof factorView> {
  return { id, kind: 'passkey', name, ...shownTimes(times), is_backed_up: isBackedUp };
}

function shownTimes({ createdAt, lastUsedAt }: Pick<Totp, 'createdAt' | 'lastUsedAt'>) {
  return {
    created_at: timestamp(createdAt) ?? '',
    last_used_at: lastUsedAt === null ? null : timestamp(lastUsedAt),
  };
}
