import type { Caller } from '../domain/caller.ts';
import { Problem } from '../domain/errors.ts';
import { type HeaderValues, headerValues } from '../domain/headers.ts';
import { unknownWorkspace } from '../domain/workspace-choice.ts';

/** The workspace that `X-Workspace-Id` names, unchecked. Sent twice it would be read differently by two readers. */
export function namedWorkspace(headers: HeaderValues): string | undefined {
  const [named, ...more] = headerValues(headers, 'x-workspace-id');
  if (more.length > 0) throw new Problem('malformed_request', { message: 'X-Workspace-Id comes twice.' });
  return named?.trim() || undefined;
}

/** Refuses a call that names another workspace than the one that the caller's credential belongs to. */
export function requireOwnWorkspace(headers: HeaderValues, caller: Caller): void {
  const named = namedWorkspace(headers);
  if (named !== undefined && named !== caller.workspaceId) throw unknownWorkspace();
}
