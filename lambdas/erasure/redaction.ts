import type { AuditedState, AuditRow } from '../audit/entries.ts';
import type { Telling } from '../audit/trail-store.ts';

/** Fields of a person that the trail tells. */
const PERSONAL = ['email', 'full_name'];

/** Of a row of a tenant that is erased: what is left says who did what to what and when, by ids. */
export const NOTHING_TOLD: Telling = {
  address: null,
  callerRequestId: null,
  subject: null,
  targetName: null,
  before: null,
  after: null,
};

/** Whose traces go: a person's, by their id and every address of theirs. */
export interface Erased {
  readonly userId: string;
  readonly addresses: ReadonlySet<string>;
}

/** What a row may still tell once a person is erased: of what they did from where, and of what was done to them. */
export function withoutPerson(row: AuditRow, { userId, addresses }: Erased): Telling {
  const principal = `user:${userId}`;
  const isTheirs = row.actor === principal;
  const isAbout = row.target === principal;
  const rest = (state: AuditedState | null) => state && withoutNames(state, isAbout, addresses);
  return {
    address: isTheirs ? null : row.address,
    callerRequestId: isTheirs ? null : row.callerRequestId,
    subject: isTheirs || addresses.has(row.subject ?? '') ? null : row.subject,
    targetName: row.targetName,
    before: rest(row.before),
    after: rest(row.after),
  };
}

/** The addresses that a row tells of a person. */
export function addressesIn({ target, before, after }: AuditRow, userId: string): string[] {
  if (target !== `user:${userId}`) return [];
  return [before?.email, after?.email].filter((email) => typeof email === 'string');
}

/** A state without the person's names, and without what mentions an address of theirs. */
function withoutNames(state: AuditedState, isAbout: boolean, addresses: ReadonlySet<string>): AuditedState {
  const mentions = (value: unknown) => {
    const written = JSON.stringify(value) ?? '';
    return [...addresses].some((address) => written.includes(address));
  };
  return Object.fromEntries(
    Object.entries(state).filter(
      ([name, value]) => !(isAbout && PERSONAL.includes(name)) && !mentions(value),
    ),
  );
}
