import * as z from 'zod';
import type { AuditReader } from '../audit/entries.ts';
import { auditView, trailPosition, viewRow } from '../audit/rows.ts';
import type { Profile } from '../contract/profile.ts';
import { removeAllFactors } from '../factors/enrolment.ts';
import type { FactorStore } from '../factors/factors.ts';
import type { OperatorServices } from '../kernel/authentication.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { pageOf, pageQuery } from '../kernel/fields.ts';
import { Empty } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { type KeyStore, keyOfTenant } from '../keys/keys.ts';
import { keyView, viewKey } from '../keys/views.ts';
import { chooseLanguage } from '../pages/languages.ts';
import { findPerson, type PeopleStore } from '../people/people.ts';
import { userView, viewUser } from '../people/rows.ts';
import { personFacts } from '../people/verification.ts';
import { type RecoveryContext, resetOf } from '../recovery/recovery.ts';
import { type ActContext, act } from './acts.ts';
import { type CustomerContext, findCustomer } from './tenants.ts';

/** The services of these rows in the function `operators`. */
export interface HelpServices extends OperatorServices {
  readonly customers: CustomerContext;
  readonly acts: ActContext;
  readonly help: Pick<RecoveryContext, 'recovery' | 'accounts' | 'sessions' | 'clock'> & {
    readonly people: Pick<PeopleStore, 'find' | 'page' | 'standing'>;
    readonly keys: Pick<KeyStore, 'find' | 'page' | 'revoke'>;
    readonly factors: FactorStore;
  };
  readonly audit: AuditReader;
  readonly cursors: Cursors;
  readonly profile: Pick<Profile, 'keys'>;
}

const group = routeGroup<HelpServices>()({ service: 'operators', tag: 'Operators' });

/** Cursors of a tenant's own lists are its people's: an operator's are of the same list. */
const place = (tenantId: string, list: 'users' | 'keys' | 'audit') => ({ tenantId, list });

/** What `npm run ops` does for a tenant, by the same rules. */
export const helpRoutes = group.rows({
  listTenantUsers: group.operator({
    method: 'GET',
    path: '/operators/tenants/{id}/users',
    summary: 'List the people of a tenant, oldest first',
    query: pageQuery,
    success: { status: 200, description: 'A page of people.', schema: pageOf(userView) },
    errors: ['not_found'],
    handle: async ({ params, query }, { customers, help, cursors }) => {
      const { id } = await findCustomer(params.id ?? '', customers);
      const after = await cursors.open(query.cursor, place(id, 'users'));
      const { people, next } = await help.people.page(id, query.limit, after);
      return { data: people.map(viewUser), next_cursor: await cursors.seal(next, place(id, 'users')) };
    },
  }),
  resetTenantUser: group.operator({
    method: 'POST',
    path: '/operators/tenants/{id}/users/{user}/reset',
    summary: 'End the password and all sessions of a person, and mail them a link to choose another',
    success: {
      status: 202,
      description: 'The mail is on its way.',
      schema: z.object({ id: z.string(), status: z.literal('accepted') }),
    },
    errors: ['not_found', 'conflicting_state', 'reauthentication_required'],
    handle: async ({ params, origin, acceptLanguage }, { customers, help, acts }, caller) => {
      const { id: tenantId } = await findCustomer(params.id ?? '', customers);
      const person = await findPerson(tenantId, params.user ?? '', help.people);
      const language = chooseLanguage(undefined, acceptLanguage);
      const change = { action: 'user.reset', target: `user:${person.userId}`, tenantId } as const;
      await act(change, caller, { from: origin, context: acts }, (by) =>
        resetOf(personFacts(person), language, by, help),
      );
      return { id: person.userId, status: 'accepted' };
    },
  }),
  resetTenantUserFactors: group.operator({
    method: 'DELETE',
    path: '/operators/tenants/{id}/users/{user}/factors',
    summary: 'Remove the second factors of a person who has lost them; they are told by mail',
    success: { kind: 'empty', status: 204, description: 'They have none.' },
    errors: ['not_found', 'reauthentication_required'],
    handle: async ({ params, origin }, { customers, help, acts }, caller) => {
      const { id: tenantId } = await findCustomer(params.id ?? '', customers);
      const person = await findPerson(tenantId, params.user ?? '', help.people);
      const change = { action: 'factor.reset', target: `user:${person.userId}`, tenantId } as const;
      await act(change, caller, { from: origin, context: acts }, (by) => removeAllFactors(person, by, help));
      return new Empty();
    },
  }),
  listTenantKeys: group.operator({
    method: 'GET',
    path: '/operators/tenants/{id}/keys',
    summary: 'List the API keys of a tenant, oldest first',
    description:
      'A page may hold fewer than its limit, even none, while `next_cursor` says that there may be more.',
    query: pageQuery,
    success: { status: 200, description: 'A page of keys.', schema: pageOf(keyView) },
    errors: ['not_found'],
    handle: async ({ params, query }, { customers, help, cursors, profile }) => {
      const { id } = await findCustomer(params.id ?? '', customers);
      const after = await cursors.open(query.cursor, place(id, 'keys'));
      const { keys, next } = await help.keys.page(id, query.limit, after);
      return {
        data: keys.map((key) => viewKey(key, profile.keys, help.clock())),
        next_cursor: await cursors.seal(next, place(id, 'keys')),
      };
    },
  }),
  revokeTenantKey: group.operator({
    method: 'DELETE',
    path: '/operators/tenants/{id}/keys/{key}',
    summary: 'Revoke an API key of a tenant, at once and for ever',
    success: { kind: 'empty', status: 204, description: 'It is revoked. Repeating it changes nothing.' },
    errors: ['not_found', 'reauthentication_required'],
    handle: async ({ params, origin }, { customers, help, acts }, caller) => {
      const { id: tenantId } = await findCustomer(params.id ?? '', customers);
      const key = await keyOfTenant(tenantId, params.key ?? '', help.keys);
      const change = { action: 'key.revoke', target: `key:${key.id}`, tenantId } as const;
      await act(change, caller, { from: origin, context: acts }, (by) =>
        help.keys.revoke(key, by, help.clock()),
      );
      return new Empty();
    },
  }),
  listTenantAudit: group.operator({
    method: 'GET',
    path: '/operators/tenants/{id}/audit',
    summary: 'The audit trail of a tenant, in the order of its numbers',
    description:
      'A page may hold fewer than its limit, even none, while `next_cursor` says that there may be more.',
    query: pageQuery.extend({
      actor: z.string().max(100).optional().describe('Such as `user:…`, `key:…` or `operator:…`.'),
      action: z.string().max(50).optional().describe('Such as `key.revoke`, or `key` for all of a kind.'),
      target: z.string().max(100).optional().describe('Such as `key:…`.'),
    }),
    success: { status: 200, description: 'A page of rows.', schema: pageOf(auditView) },
    errors: ['not_found'],
    handle: async ({ params, query }, { customers, audit, cursors }) => {
      const { id } = await findCustomer(params.id ?? '', customers);
      const { limit, cursor, actor, action, target } = query;
      const after = trailPosition(await cursors.open(cursor, place(id, 'audit')));
      const { rows, next } = await audit.page(id, limit, after, {
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined ? {} : { action }),
        ...(target === undefined ? {} : { target }),
      });
      const position = next === null ? null : String(next);
      return { data: rows.map(viewRow), next_cursor: await cursors.seal(position, place(id, 'audit')) };
    },
  }),
});
