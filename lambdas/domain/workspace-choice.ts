import type { Caller } from './caller.ts';
import { Problem } from './errors.ts';

export interface WorkspaceStore {
  hasWorkspace(tenantId: string, workspaceId: string): Promise<boolean>;
}

/** The longest id of a workspace; ours have 36 characters. */
export const MAX_WORKSPACE_ID_LENGTH = 64;

/**
 * Refuses a workspace that is not the caller's: a key has its own only, a person those of their tenant. One that
 * does not exist and another tenant's are answered alike. Throws `not_found`.
 */
export async function requireWorkspace(
  workspaceId: string | undefined,
  caller: Caller,
  workspaces: WorkspaceStore,
): Promise<void> {
  if (workspaceId === undefined || workspaceId === caller.workspaceId) return;
  if (caller.kind !== 'user' || workspaceId.length > MAX_WORKSPACE_ID_LENGTH) throw unknownWorkspace();
  if (!(await workspaces.hasWorkspace(caller.tenantId, workspaceId))) throw unknownWorkspace();
}

export function unknownWorkspace(): Problem {
  return new Problem('not_found', { message: 'There is no workspace with this id.' });
}
