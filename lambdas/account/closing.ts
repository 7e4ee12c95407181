import type { ChangeOrigin, PlacedOrigin } from '../audit/entries.ts';
import type { Rights } from '../contract/rights.ts';
import { GRACE_SECONDS } from '../erasure/erasure.ts';
import { Problem } from '../kernel/problem.ts';
import { type Mail, newMail } from '../mail/mail.ts';
import type { Language } from '../pages/languages.ts';
import { findPerson, type PeopleStore } from '../people/people.ts';
import type { Person } from '../people/person.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { TenantStore } from '../tenancy/tenants.ts';
import { type OwnAccountLimits, takeEnd } from './limits.ts';

/** People of one page, where all of a tenant are asked for. */
const PEOPLE_A_PAGE = 100;

export interface ClosingStore {
  /**
   * Closes a tenant: from two seconds later every credential of it is refused, and at `erasesAt` it is erased. With the
   * same write the mails are queued. Throws `conflicting_state` unless `person` manages its people alone and it is active.
   */
  close(
    closing: {
      readonly tenantId: string;
      readonly person: Pick<Person, 'userId' | 'role'>;
      readonly erasesAt: number;
      readonly mails: readonly Mail[];
    },
    origin: ChangeOrigin,
    now: number,
  ): Promise<void>;
  /** Takes a closing back. Throws `conflicting_state` for a tenant that is not closed, or of which the erasure has begun. */
  reopen(tenantId: string, origin: ChangeOrigin, now: number): Promise<void>;
}

export interface ClosingContext extends OwnAccountLimits {
  readonly closings: ClosingStore;
  readonly people: Pick<PeopleStore, 'find' | 'page'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly deployment: { readonly rights: Pick<Rights, 'peopleManagers'> };
  /** The API's public URL: below it is the way back. */
  readonly url: string;
}

/**
 * Closes a tenant for its last administrator, for 30 days in which it can be reopened, and mails the way back to whoever
 * manages its people. Gives when it is erased (Unix seconds). Throws `conflicting_state` as {@link ClosingStore}, and `rate_limited`.
 */
export async function closeTenant(
  { tenantId, userId }: Pick<Person, 'tenantId' | 'userId'>,
  language: Language,
  origin: ChangeOrigin & PlacedOrigin,
  context: ClosingContext,
): Promise<number> {
  await takeEnd({ userId }, origin, context);
  const { closings, people, tenants, url, clock } = context;
  const person = await findPerson(tenantId, userId, people);
  const tenant = await tenants.find(tenantId);
  if (tenant === undefined) throw new Problem('not_found');
  const now = clock();
  const erasesAt = now + GRACE_SECONDS;
  const facts = { organization: tenant.name, until: day(erasesAt, language), url: `${url}/account` };
  const mails = (await managersOf(tenantId, context)).map(({ email }) =>
    newMail({ to: email, template: 'closed', language, facts }, now),
  );
  await closings.close({ tenantId, person, erasesAt, mails }, origin, now);
  return erasesAt;
}

/** The day of a time, as the people of a language write it, in UTC. */
export function day(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(at * 1000);
}

/** Whoever may close a tenant and reopen it: those who manage its people. */
export function managesPeople(
  { role }: Pick<Person, 'role'>,
  { deployment }: Pick<ClosingContext, 'deployment'>,
): boolean {
  return deployment.rights.peopleManagers.includes(role);
}

async function managersOf(tenantId: string, context: ClosingContext): Promise<Person[]> {
  const managers: Person[] = [];
  let after: string | null | undefined;
  while (after !== null) {
    const page = await context.people.page(tenantId, PEOPLE_A_PAGE, after);
    managers.push(...page.people.filter((person) => managesPeople(person, context)));
    after = page.next;
  }
  return managers;
}

/** Whether a tenant can be reopened still. */
export function canReopen({ state, erasesAt }: Pick<Tenant, 'state' | 'erasesAt'>, now: number): boolean {
  return state === 'closed' && erasesAt !== null && erasesAt > now;
}
