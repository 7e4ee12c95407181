import * as z from 'zod';
import type { AuditReader, AuditRow } from '../audit/entries.ts';
import { auditView, trailPosition, viewRow } from '../audit/rows.ts';
import type { Profile } from '../contract/profile.ts';
import type { FactorStore } from '../factors/factors.ts';
import { timestamp } from '../kernel/clock.ts';
import type { Cursors } from '../kernel/cursor.ts';
import { time } from '../kernel/fields.ts';
import { invalidField, Problem } from '../kernel/problem.ts';
import { withinSeconds } from '../kernel/time-budget.ts';
import type { KeyStore } from '../keys/keys.ts';
import { keyView, viewKey } from '../keys/views.ts';
import { appView, viewApp } from '../oauth/app-rows.ts';
import type { AppStore } from '../oauth/consent.ts';
import type { IdentityList } from '../people/identity-list.ts';
import type { PeopleStore } from '../people/people.ts';
import type { Person } from '../people/person.ts';
import { userView, viewUser } from '../people/rows.ts';
import type { OwnSessionsContext } from '../sessions/own-sessions.ts';
import { sessionView, signInView, viewSession, viewSignIn } from '../sessions/rows.ts';
import type { TenantStore } from '../tenancy/tenants.ts';
import { type OwnAccountLimits, takeDownload } from './limits.ts';

export interface DownloadContext extends OwnAccountLimits {
  readonly people: Pick<PeopleStore, 'find'>;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly ownSessions: OwnSessionsContext;
  readonly apps: Pick<AppStore, 'list'>;
  readonly identities: IdentityList;
  readonly factors: Pick<FactorStore, 'find'>;
  readonly keys: Pick<KeyStore, 'page'>;
  readonly audit: AuditReader;
  readonly profile: Profile;
}

/** What is stored of a person, or a part of it: the lists that stay short are in the first part only. */
export const downloadView = z
  .object({
    profile: userView.optional(),
    tenant: z.object({ id: z.string(), name: z.string() }).optional(),
    sessions: z.array(sessionView).optional(),
    sign_ins: z.array(signInView).optional(),
    apps: z.array(appView).optional(),
    identities: z
      .array(z.object({ created_at: time }))
      .optional()
      .describe(
        'Accounts at identity providers by which the person comes in. Only a hash of them is stored.',
      ),
    factors: z
      .array(z.object({ kind: z.enum(['totp', 'passkey']), name: z.string().nullable() }))
      .optional()
      .describe('Second factors by their names; never what they are made of.'),
    api_keys: z.array(keyView).describe('The keys that the person made, which are the tenant’s.'),
    audit: z.array(auditView).describe('What the person did, and what was done to them.'),
    next_cursor: z.string().nullable().describe('For the next part; null in the last.'),
  })
  .meta({ id: 'AccountDownload' });

/** A part, with the place where the next begins instead of a cursor. */
type DownloadPart = Omit<z.output<typeof downloadView>, 'next_cursor'> & {
  readonly next: string | null;
};

/** Seconds for which a part is gathered: within the function's ten. */
const GATHERING_SECONDS = 6;

/** Characters of a part: a function answers with 6 MB at most, and a character may take four bytes. */
const PART_CHARACTERS = 1_000_000;

const KEYS_AT_ONCE = 100;
const ROWS_AT_ONCE = 1000;

/** Whose data are asked for, and in which session. */
export type Asking = Pick<Person, 'tenantId' | 'userId'> & {
  /** The session that asks; empty in a browser. */
  readonly currentId: string;
  /** Where the request came from. */
  readonly address: string;
};

/** The part that a cursor names, the first without one. Throws `not_found`, `invalid_field`, `rate_limited`. */
export async function downloadPart(
  asking: Asking,
  after: string | undefined,
  { download, cursors }: { readonly download: DownloadContext; readonly cursors: Cursors },
): Promise<z.output<typeof downloadView>> {
  const place = { tenantId: asking.tenantId, list: 'account' } as const;
  const position = await cursors.open(after, place);
  const { next, ...part } = await gathered(asking, position, withinSeconds(GATHERING_SECONDS), download);
  return { ...part, next_cursor: await cursors.seal(next, place) };
}

/** The part that begins at `position`, while there is time. */
async function gathered(
  asking: Asking,
  position: string | undefined,
  hasTimeLeft: () => boolean,
  context: DownloadContext,
): Promise<DownloadPart> {
  await takeDownload(asking, asking, context);
  const [section, after] = placeOf(position);
  const short = position === undefined ? await shortLists(asking, context) : {};
  const listed: Pick<DownloadPart, 'api_keys' | 'audit'> = { api_keys: [], audit: [] };
  let characters = 0;
  const isFull = () => characters > PART_CHARACTERS || !hasTimeLeft();
  let next: string | null = section === 'keys' ? after : null;
  if (section === 'keys') {
    do {
      const page = await context.keys.page(asking.tenantId, KEYS_AT_ONCE, next || undefined);
      const own = page.keys.filter(({ createdBy }) => createdBy === `user:${asking.userId}`);
      listed.api_keys.push(...own.map((key) => viewKey(key, context.profile.keys, context.clock())));
      characters += JSON.stringify(own.map(({ metadata }) => metadata)).length + own.length * 600;
      next = page.next;
    } while (next !== null && !isFull());
    if (next !== null) return { ...short, ...listed, next: `keys ${next}` };
  }
  let row: number | null = section === 'audit' ? trailPosition(after) : 0;
  while (row !== null && !isFull()) {
    const page = await context.audit.page(asking.tenantId, ROWS_AT_ONCE, row, {});
    const own = page.rows.filter((each) => concernsPerson(each, asking.userId)).map(viewRow);
    listed.audit.push(...own);
    characters += JSON.stringify(own).length;
    row = page.next;
  }
  return { ...short, ...listed, next: row === null ? null : `audit ${row}` };
}

/** Whether a row names the person: as who did it, as whom it was done to, or within what it tells. */
function concernsPerson(row: AuditRow, userId: string): boolean {
  return JSON.stringify(row).includes(userId);
}

async function shortLists(
  { tenantId, userId, currentId }: Asking,
  { people, tenants, ownSessions, apps, identities, factors, clock }: DownloadContext,
): Promise<Partial<DownloadPart>> {
  const now = clock();
  const [person, tenant, sessions, signIns, connected, linked, factor] = await Promise.all([
    people.find(tenantId, userId),
    tenants.find(tenantId),
    ownSessions.sessions.list(userId, now),
    ownSessions.signIns.ofPerson(userId, now),
    apps.list(userId, now),
    identities.ofPerson(userId),
    factors.find({ tenantId, userId }),
  ]);
  if (person === undefined) throw new Problem('not_found');
  return {
    profile: viewUser(person),
    tenant: { id: tenantId, name: tenant?.name ?? '' },
    sessions: sessions.map((session) => viewSession(session, { currentId })),
    sign_ins: signIns.map(viewSignIn),
    apps: connected.map((app) => viewApp(app, undefined)),
    factors: [
      ...(factor.totp === null ? [] : [{ kind: 'totp' as const, name: null }]),
      ...factor.passkeys.map(({ name }) => ({ kind: 'passkey' as const, name })),
    ],
    identities: linked.map(({ linkedAt }) => ({ created_at: timestamp(linkedAt) ?? '' })),
  };
}

function placeOf(position = 'keys '): readonly [section: 'keys' | 'audit', after: string] {
  const [section, after = ''] = position.split(' ', 2);
  if (section === 'keys' || section === 'audit') return [section, after];
  throw invalidField('cursor', 'must be a next_cursor as it was returned');
}
