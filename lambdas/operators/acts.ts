import {
  type AuditEntry,
  auditEntry,
  type ChangeOrigin,
  originOf,
  type RequestOrigin,
} from '../audit/entries.ts';
import type { UserCaller } from '../kernel/caller.ts';
import type { Clock } from '../kernel/clock.ts';

export interface ActContext {
  /** Writes a row of the operators' own trail. */
  readonly recordAct: (entry: AuditEntry) => Promise<void>;
  readonly clock: Clock;
}

/** What an operator is about to do: the action as the tenant's trail calls it, and what is asked for. */
export interface Act extends Pick<AuditEntry, 'action' | 'target'> {
  readonly tenantId: string;
  readonly asked?: Readonly<Record<string, string>>;
}

/**
 * Does an act once the operators' trail has it, so that none is without its row; one that then fails has one, too. `work` is
 * given the origin for the tenant's trail: it names the operator, and tells the tenant no address of theirs.
 */
export async function act<Result>(
  { tenantId, asked = {}, ...change }: Act,
  caller: UserCaller,
  { from, context }: { readonly from: RequestOrigin; readonly context: ActContext },
  work: (origin: ChangeOrigin) => Promise<Result>,
): Promise<Result> {
  await context.recordAct(
    auditEntry({
      ...change,
      origin: originOf(caller, from),
      at: context.clock(),
      before: null,
      after: { tenant_id: tenantId, ...asked },
    }),
  );
  return work({ actor: `operator:${caller.userId}`, requestId: from.requestId });
}
