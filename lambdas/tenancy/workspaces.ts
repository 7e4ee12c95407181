import { randomUUIDv7 } from 'node:crypto';
import { type ChangeOrigin, originOf, type RequestOrigin } from '../audit/entries.ts';
import { type Caller, staysInWorkspace } from '../kernel/caller.ts';
import type { Completes } from '../kernel/claim.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import { WORKSPACE, type Workspace, type WorkspaceChange, type WorkspaceFields } from './workspace.ts';
import { unknownWorkspace } from './workspace-choice.ts';

/**
 * Workspaces of a tenant at most. Their ids stand on the tenant's item, which every authorizer holds: one that a person
 * picks is checked without a read.
 */
export const MAX_WORKSPACES = 100;

export interface WorkspaceStore {
  /** All of them, oldest first. */
  list(tenantId: string): Promise<Workspace[]>;
  find(tenantId: string, id: string): Promise<Workspace | undefined>;
  /** Throws `limit_reached`. */
  create(workspace: Workspace, origin: ChangeOrigin & Completes<Workspace>): Promise<void>;
  /** False when it is gone. */
  change(workspace: Workspace, change: WorkspaceChange, origin: ChangeOrigin, now: number): Promise<boolean>;
  /** From now on it takes no new key, and within two seconds all that it has are refused. Repeating it is no error. */
  close(workspace: Workspace, origin: ChangeOrigin, now: number): Promise<void>;
  /** False while it has keys. */
  remove(workspace: Workspace, origin: ChangeOrigin, now: number): Promise<boolean>;
}

export interface WorkspaceContext {
  readonly workspaces: WorkspaceStore;
  /**
   * Revokes the keys of a workspace while there is time. Given by whoever has keys: this room does not know them.
   */
  readonly revokeKeys: (
    workspace: Pick<Workspace, 'id' | 'tenantId'>,
    origin: ChangeOrigin,
    hasTimeLeft: () => boolean,
  ) => Promise<{ readonly revoked: number; readonly complete: boolean }>;
  readonly clock: Clock;
}

/** The workspaces that the caller may see: all of the tenant, or of a key its own. */
export async function listWorkspaces(
  caller: Caller,
  { workspaces }: Pick<WorkspaceContext, 'workspaces'>,
): Promise<Workspace[]> {
  const all = await workspaces.list(caller.tenantId);
  return all.filter(({ id }) => !staysInWorkspace(caller) || id === caller.workspaceId);
}

/** Throws `not_found` for any that the caller may not see. */
export async function findWorkspace(
  id: string,
  caller: Caller,
  { workspaces }: Pick<WorkspaceContext, 'workspaces'>,
): Promise<Workspace> {
  const found = await workspaces.find(caller.tenantId, id);
  if (found === undefined || (staysInWorkspace(caller) && id !== caller.workspaceId))
    throw unknownWorkspace();
  return found;
}

export async function createWorkspace(
  asked: WorkspaceFields & { readonly name: string },
  caller: Caller,
  from: RequestOrigin & Completes<Workspace>,
  { workspaces, clock }: WorkspaceContext,
): Promise<Workspace> {
  const workspace: Workspace = {
    ...WORKSPACE.initial,
    ...asked,
    id: randomUUIDv7(),
    tenantId: caller.tenantId,
    createdAt: clock(),
  };
  await workspaces.create(workspace, originOf(caller, from));
  return workspace;
}

export async function changeWorkspace(
  {
    id,
    change,
    caller,
    from,
  }: {
    readonly id: string;
    readonly change: WorkspaceChange;
    readonly caller: Caller;
    readonly from: RequestOrigin;
  },
  context: WorkspaceContext,
): Promise<Workspace> {
  const found = await findWorkspace(id, caller, context);
  const origin = originOf(caller, from);
  if (!(await context.workspaces.change(found, change, origin, context.clock()))) throw unknownWorkspace();
  return WORKSPACE.changed(found, change);
}

export interface WorkspaceRemoval {
  readonly status: 'deleted' | 'closing';
  readonly revoked: number;
}

/**
 * Deletes a workspace that has no keys, or with `force` one that has: it is closed first, which refuses all its keys,
 * then they are revoked while `hasTimeLeft`. `closing` means that the same call must be made again, and it goes on.
 */
export async function deleteWorkspace(
  {
    id,
    force,
    caller,
    from,
    hasTimeLeft,
  }: {
    readonly id: string;
    readonly force: boolean;
    readonly caller: Caller;
    readonly from: RequestOrigin;
    readonly hasTimeLeft: () => boolean;
  },
  context: WorkspaceContext,
): Promise<WorkspaceRemoval> {
  const { workspaces, clock } = context;
  const origin = originOf(caller, from);
  const found = await findWorkspace(id, caller, context);
  if (found.isDefault) {
    throw new Problem('conflicting_state', { message: 'The default workspace cannot be deleted.' });
  }
  if (!force && found.state === 'active') {
    if (await workspaces.remove(found, origin, clock())) return { status: 'deleted', revoked: 0 };
    throw new Problem('conflicting_state', {
      message: 'The workspace has API keys. Revoke them, or delete it with force=true, which does.',
    });
  }
  await workspaces.close(found, origin, clock());
  const { revoked, complete } = await context.revokeKeys(found, origin, hasTimeLeft);
  const isRemoved = complete && (await workspaces.remove(found, origin, clock()));
  return { status: isRemoved ? 'deleted' : 'closing', revoked };
}
