import type { Role } from '../contract/scopes.ts';
import * as attribute from '../kernel/attributes.ts';
import type { Authentication } from '../kernel/authentication.ts';
import { timestamp } from '../kernel/clock.ts';
import { defineRecord } from '../kernel/record.ts';
import {
  choice,
  type LastUse,
  lastUse,
  number,
  optionalText,
  shownLastUse,
  text,
  textList,
} from '../kernel/stored.ts';

/** A session of a person. Times are Unix seconds. */
export interface Session extends Authentication {
  readonly sessionId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly workspaceId: string;
  readonly role: Role;
  /** The version of the person whose role it has. */
  readonly userVersion: number;
  readonly state: 'active' | 'ended';
  /** The OAuth client that the person has let act for them; null for their own login. */
  readonly clientId: string | null;
  /** The `User-Agent` by which it was opened; null where there was none. */
  readonly userAgent: string | null;
  readonly createdAt: number;
  /** Without a refresh. */
  readonly expiresAt: number;
  /** Used or not. */
  readonly endsAt: number;
  readonly lastUse: LastUse | null;
}

/**
 * The fields of a session (CONTRIBUTING, "Add a field"). It is two items: `record`, `SESSION#<sid>`, hot and
 * authoritative; and `row`, `USER#<u>` / `SESSION#<sid>`, by which the person's sessions are found.
 */
export const SESSION = defineRecord<Session, 'record' | 'row', { readonly currentId: string }>()({
  sessionId: {
    on: 'record',
    stored: text(attribute.SESSION_ID),
    view: { id: (id) => id, is_current: (id, { currentId }) => id === currentId },
  },
  tenantId: { on: 'record', alsoOn: 'row', stored: text(attribute.TENANT) },
  userId: { on: 'record', stored: text(attribute.USER), audit: 'user_id' },
  workspaceId: { on: 'record', stored: text(attribute.WORKSPACE) },
  role: { on: 'record', stored: text(attribute.ROLE), audit: 'role' },
  userVersion: { on: 'record', stored: number(attribute.USER_VERSION) },
  state: {
    on: 'record',
    stored: choice(attribute.STATE, ['active', 'ended']),
    initial: 'active',
    audit: 'status',
  },
  clientId: {
    on: 'row',
    stored: optionalText('clientId'),
    initial: null,
    view: 'client_id',
  },
  userAgent: { on: 'row', stored: optionalText('agent'), initial: null, view: 'user_agent' },
  createdAt: { on: 'row', stored: number('createdAt'), view: { created_at: (at) => timestamp(at) ?? '' } },
  authTime: {
    on: 'record',
    stored: number(attribute.AUTH_TIME),
    view: { auth_time: (at) => (at === 0 ? null : timestamp(at)) },
    audit: { auth_time: (at) => (at === 0 ? null : timestamp(at)) },
  },
  amr: { on: 'record', stored: textList(attribute.METHODS), view: { amr: (amr) => [...amr] }, audit: 'amr' },
  expiresAt: {
    on: 'record',
    stored: number(attribute.EXPIRY),
    view: { expires_at: (at) => timestamp(at) ?? '' },
  },
  // Until it could be extended no more: of a session that idled out, people see why it stopped.
  endsAt: { on: 'record', alsoOn: 'row', stored: number('ttl') },
  lastUse: {
    on: 'record',
    stored: lastUse,
    initial: null,
    view: shownLastUse,
  },
});

/** A session as its owner sees it. */
export type SessionView = Pick<
  Session,
  | 'sessionId'
  | 'clientId'
  | 'userAgent'
  | 'workspaceId'
  | 'createdAt'
  | 'authTime'
  | 'amr'
  | 'expiresAt'
  | 'lastUse'
>;
