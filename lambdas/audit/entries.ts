import { type Caller, principalOf } from '../kernel/caller.ts';
import type { AuditAction } from './actions.ts';

/** Seconds for which a row of the audit trail is kept: 400 days, a year and what it takes to look at it. */
export const AUDIT_RETENTION_SECONDS = 400 * 86_400;

/** The state before or after a change, by field. Never a secret, nor the hash of one. */
export type AuditedState = Readonly<Record<string, unknown>>;

/** One change: who did what to what, when and from where. */
export interface AuditEntry {
  /** `user:<id>`, `key:<id>`, `operator` or `system`. */
  readonly actor: string;
  /** Whom a page acted for that had an embed token of the actor; null where it was not said, and for anybody else. */
  readonly subject: string | null;
  readonly action: AuditAction;
  /** `<kind>:<id>`, such as `key:key_…`. */
  readonly target: string;
  /** Unix seconds. */
  readonly at: number;
  /** Ours: API Gateway's, an operator's or the stream's. */
  readonly requestId: string;
  /** The caller's own id of the request; null where they named none. */
  readonly callerRequestId: string | null;
  /** The name of the target at that time; null for what has none. */
  readonly targetName: string | null;
  /** The one workspace that it is about, whose keys may read it; null for what concerns the tenant. */
  readonly workspaceId: string | null;
  /** The IP address; null for what operators and the system do. */
  readonly address: string | null;
  /** Null for what did not exist. */
  readonly before: AuditedState | null;
  /** Null for what no longer exists. */
  readonly after: AuditedState | null;
}

/** The origin of a change: its actor and request. */
export interface ChangeOrigin {
  readonly actor: string;
  /** Whom a page acts for that has an embed token of the actor; absent where it was not said. */
  readonly subject?: string;
  readonly requestId: string;
  readonly callerRequestId?: string;
  /** Where the request came from; absent for what the system does itself. */
  readonly address?: string;
  /** See `Origin`. The trail does not tell it. */
  readonly userAgent?: string;
}

/** From where a change was asked for. */
export type RequestOrigin = Omit<ChangeOrigin, 'actor' | 'subject'>;

/** The origin of a request whose address is counted. */
export type PlacedOrigin = RequestOrigin & { readonly address: string };

/** The origin of what a caller changes. */
export function originOf<From extends RequestOrigin>(
  caller: Caller,
  from: From,
): From & Pick<ChangeOrigin, 'actor' | 'subject'> {
  const subject = caller.embed?.subject ?? null;
  return { actor: principalOf(caller), ...(subject === null ? {} : { subject }), ...from };
}

/** A change as whoever makes it tells it. */
export type AuditedChange = Pick<AuditEntry, 'action' | 'target' | 'at' | 'before' | 'after'> &
  Partial<Pick<AuditEntry, 'targetName' | 'workspaceId'>> & { readonly origin: ChangeOrigin };

/** The trail's entry of a change. */
export function auditEntry({ origin, ...change }: AuditedChange): AuditEntry {
  const { actor, subject = null, requestId, callerRequestId = null, address = null } = origin;
  return {
    actor,
    subject,
    requestId,
    callerRequestId,
    address,
    targetName: null,
    workspaceId: null,
    ...change,
  };
}

/** An entry with its number: 1, 2, 3 … within a tenant, without gaps. */
export interface AuditRow extends Omit<AuditEntry, 'action'> {
  readonly seq: number;
  /** As it was called when it was written, which may be longer ago than today's list. */
  readonly action: string;
}

/** Which rows are wanted; what is absent does not narrow. */
export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  /** Only what is about this workspace. */
  readonly workspaceId?: string;
  /** Unix seconds, inclusive. */
  readonly from?: number;
  /** Unix seconds, exclusive. */
  readonly until?: number;
}

export interface AuditPage {
  readonly rows: readonly AuditRow[];
  /** The number after which the next page begins; null on the last. */
  readonly next: number | null;
}

export interface AuditReader {
  /** At most `limit` rows after the number `after`, in their order; fewer where a filter passes few. */
  page(tenantId: string, limit: number, after: number, filter: AuditFilter): Promise<AuditPage>;
}

/** The part of a trail that a caller may read: of a key that of its workspace. */
export function visibleTo(caller: Caller): Pick<AuditFilter, 'workspaceId'> {
  return caller.kind === 'user' ? {} : { workspaceId: caller.workspaceId };
}

/** Whether a row that is about many has `target` among them. */
function concerns({ after }: AuditRow, target: string): boolean {
  return Array.isArray(after?.targets) && after.targets.includes(target);
}

export function passes(
  row: AuditRow,
  { actor, action, target, workspaceId, from, until }: AuditFilter,
): boolean {
  return (
    (workspaceId === undefined || row.workspaceId === workspaceId) &&
    (actor === undefined || row.actor === actor) &&
    (action === undefined || row.action === action || row.action.startsWith(`${action}.`)) &&
    (target === undefined || row.target === target || concerns(row, target)) &&
    (from === undefined || row.at >= from) &&
    (until === undefined || row.at < until)
  );
}
