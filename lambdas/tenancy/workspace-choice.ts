import { type Caller, staysInWorkspace } from '../kernel/caller.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';
import { MAX_WORKSPACE_ID_LENGTH } from '../kernel/ids.ts';
import { Problem } from '../kernel/problem.ts';

/** By which a person picks a workspace of their tenant, and a key may name its own. */
const WORKSPACE_HEADER = 'x-workspace-id';

/** The values of `X-Workspace-Id`, none of which has been checked. More than one would be read differently by two readers. */
export function namedWorkspaces(headers: HeaderValues): string[] {
  return headerValues(headers, WORKSPACE_HEADER).map((value) => value.trim());
}

export interface WorkspaceIndex {
  hasWorkspace(tenantId: string, workspaceId: string): Promise<boolean>;
}

/**
 * Refuses a workspace of a body or a query that is not the caller's: a key has its own only, a person those of their
 * tenant. One that does not exist and another tenant's are answered alike. Throws `not_found`.
 */
export async function requireWorkspace(
  workspaceId: string | undefined,
  caller: Caller,
  workspaces: WorkspaceIndex,
): Promise<void> {
  if (workspaceId === undefined || workspaceId === caller.workspaceId) return;
  if (staysInWorkspace(caller) || workspaceId.length > MAX_WORKSPACE_ID_LENGTH) throw unknownWorkspace();
  if (!(await workspaces.hasWorkspace(caller.tenantId, workspaceId))) throw unknownWorkspace();
}

export function unknownWorkspace(): Problem {
  return new Problem('not_found', { message: 'There is no workspace with this id.' });
}
