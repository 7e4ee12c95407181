import * as z from 'zod';
import { roleScopes } from '../contract/rights.ts';
import type { RequireRecentSignIn } from '../kernel/authentication.ts';
import type { UserCaller } from '../kernel/caller.ts';
import { answering, type ClaimServices } from '../kernel/claim.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { changesSomething, pageOf, pageQuery, plainText, role, storedRole, time } from '../kernel/fields.ts';
import { manages } from '../kernel/rights.ts';
import { routeGroup } from '../kernel/route.ts';
import { chooseLanguage } from '../pages/languages.ts';
import { email } from './email-address.ts';
import { newPassword } from './fields.ts';
import { slowFingerprint } from './passwords.ts';
import {
  addPerson,
  changePassword,
  changePerson,
  findPerson,
  type PeopleContext,
  removePerson,
} from './people.ts';
import { PERSON, type Person } from './person.ts';

/** The services of its rows in the function `people`. */
export interface PeopleServices extends ClaimServices {
  readonly people: PeopleContext;
  readonly cursors: Cursors;
  readonly requireRecentSignIn: RequireRecentSignIn;
}

export const userView = z
  .object({
    id: z.string(),
    email: z.string(),
    email_verified: z.boolean().describe('Whether they have confirmed the address.'),
    full_name: z.string().nullable(),
    role: storedRole,
    factors: z.array(z.string()).describe('The second factors that they have: `totp`, `passkey`.'),
    created_at: time,
    created_by: z.string().nullable().describe('Null for who onboarded.'),
  })
  .meta({ id: 'User' });

const group = routeGroup<PeopleServices>()({ service: 'people', tag: 'Users' });

/**
 * People are the tenant's, and of no workspace, beyond which a key sees nothing: they are seen, made and changed by
 * people. A key that could make an administrator would outlive its own limits.
 */
export const peopleRoutes = group.rows({
  listUsers: group.person({
    method: 'GET',
    path: '/v1/users',
    scope: 'people',
    summary: 'List the people of the tenant, oldest first',
    query: pageQuery,
    success: {
      status: 200,
      description: 'A page of people.',
      schema: pageOf(userView),
    },
    errors: [],
    handle: async ({ query }, { people: { people }, cursors }, caller) => {
      const place = { tenantId: caller.tenantId, list: 'users' } as const;
      const after = await cursors.open(query.cursor, place);
      const page = await people.page(caller.tenantId, query.limit, after);
      return {
        data: page.people.map(viewUser),
        next_cursor: await cursors.seal(page.next, place),
      };
    },
  }),
  createUser: group.person({
    method: 'POST',
    path: '/v1/users',
    scope: 'people',
    summary: 'Add a person with a first password',
    description:
      'Hand the password over by a channel that you trust; the person changes it after the first login. A mail asks them to confirm the address.',
    body: z.strictObject({
      email,
      password: newPassword,
      full_name: plainText(100).optional(),
      role: role.optional().describe('By default the role that every other has all of, where there is one.'),
    }),
    idempotent: slowFingerprint,
    success: { status: 201, description: 'The person.', schema: userView },
    errors: ['email_taken', 'limit_reached', 'exceeds_own_rights', 'reauthentication_required'],
    handle: async ({ body, origin, acceptLanguage }, services, caller) => {
      await requireRecent(body.role, caller, services);
      const { people } = services;
      const { email: address, password, ...asked } = body;
      const language = chooseLanguage(undefined, acceptLanguage);
      const wanted = { ...PERSON.asked(asked), email: address, password, language };
      return viewUser(await addPerson(wanted, caller, answering(origin, viewUser), people));
    },
  }),
  getUser: group.person({
    method: 'GET',
    path: '/v1/users/{id}',
    scope: 'people',
    summary: 'Show a person',
    success: { status: 200, description: 'The person.', schema: userView },
    errors: ['not_found'],
    handle: async ({ params }, { people: { people } }, caller) =>
      viewUser(await findPerson(caller.tenantId, params.id ?? '', people)),
  }),
  updateUser: group.person({
    method: 'PATCH',
    path: '/v1/users/{id}',
    scope: 'people',
    summary: 'Change the name or the role of a person',
    description: 'A new role holds from the next request of every session. The last administrator stays one.',
    body: changesSomething(
      z.strictObject({ full_name: plainText(100).nullable().optional(), role: role.optional() }),
    ),
    success: { status: 200, description: 'The person as they are now.', schema: userView },
    errors: ['not_found', 'conflicting_state', 'exceeds_own_rights', 'reauthentication_required'],
    handle: async ({ params, body, origin }, services, caller) => {
      const { people } = services;
      const [userId, change] = [params.id ?? '', PERSON.asked(body)];
      if (change.role !== undefined) {
        const { role } = await findPerson(caller.tenantId, userId, people.people);
        for (const each of [role, change.role]) await requireRecent(each, caller, services);
      }
      return viewUser(await changePerson({ userId, change, caller, from: origin }, people));
    },
  }),
  removeUser: group.person({
    method: 'DELETE',
    path: '/v1/users/{id}',
    scope: 'people',
    summary: 'Remove a person and end their sessions; the keys that they made stay',
    success: {
      status: 200,
      description:
        'The person is gone. The operation `revokeKeys` with `created_by` revokes the keys they made.',
      schema: z.object({ id: z.string(), status: z.literal('removed'), created_by: z.string() }),
    },
    errors: ['not_found', 'conflicting_state', 'reauthentication_required'],
    handle: async ({ params, origin }, { people, requireRecentSignIn }, caller) => {
      await requireRecentSignIn(caller);
      const { userId } = await removePerson(params.id ?? '', caller, origin, people);
      return { id: userId, status: 'removed', created_by: `user:${userId}` };
    },
  }),
  changePassword: group.person({
    method: 'POST',
    path: '/v1/auth/password',
    scope: null,
    summary: 'Change your password; your other sessions end',
    description: 'A mail tells you of it.',
    tag: 'Accounts',
    body: z.strictObject({ current_password: z.string().min(1).max(256), new_password: newPassword }),
    success: {
      status: 200,
      description: 'The new password holds, and only this session goes on.',
      schema: z.object({ status: z.literal('changed') }),
    },
    errors: ['wrong_password', 'rate_limited'],
    handle: async ({ body, origin, acceptLanguage }, { people }, caller) => {
      const language = chooseLanguage(undefined, acceptLanguage);
      const passwords = { current: body.current_password, next: body.new_password, language };
      await changePassword(passwords, caller, origin, people);
      return { status: 'changed' };
    },
  }),
});

/** Who makes somebody an administrator, in whatever part, or makes an administrator something else, has signed in of late. A role that there is not is refused later. */
async function requireRecent(
  role: string | undefined,
  caller: UserCaller,
  { people, requireRecentSignIn }: PeopleServices,
): Promise<void> {
  const { rights } = people.deployment;
  const { roles } = rights;
  if (role === undefined || !Object.hasOwn(roles, role)) return;
  if (manages(roleScopes(role, roles), rights)) await requireRecentSignIn(caller);
}

const view = PERSON.viewAs<z.output<typeof userView>>();

export function viewUser(person: Person): z.output<typeof userView> {
  return view(person, undefined);
}
