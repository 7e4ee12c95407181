import type { UserCaller } from '../kernel/caller.ts';
import { type Item, number, oneOf, text } from '../kernel/items.ts';

export interface SessionRecord {
  readonly state: 'active' | 'ended';
  readonly expiresAt: number;
  readonly caller: Omit<UserCaller, 'kind' | 'scopes' | 'environment'>;
}

/** A session's record: as a key's, with `usr`, `rol`e, `sid` and one expiry `xa`. */
export function sessionRecord(item: Item): SessionRecord {
  return {
    state: oneOf(['active', 'ended'], text(item, 'st')),
    expiresAt: number(item, 'xa'),
    caller: {
      sessionId: text(item, 'sid'),
      tenantId: text(item, 'ten'),
      workspaceId: text(item, 'wsp'),
      userId: text(item, 'usr'),
      role: text(item, 'rol'),
    },
  };
}
