import * as attribute from '../kernel/attributes.ts';
import type { UserCaller } from '../kernel/caller.ts';
import { type Item, number, oneOf, text } from '../kernel/items.ts';

export interface SessionRecord {
  readonly state: 'active' | 'ended';
  readonly expiresAt: number;
  readonly caller: Omit<UserCaller, 'kind' | 'scopes' | 'environment'>;
}

/** The part of a session's record that a decision needs, read on every request; `SESSION` declares the whole. */
export function sessionRecord(item: Item): SessionRecord {
  return {
    state: oneOf(['active', 'ended'], text(item, attribute.STATE)),
    expiresAt: number(item, attribute.EXPIRY),
    caller: {
      sessionId: text(item, attribute.SESSION_ID),
      tenantId: text(item, attribute.TENANT),
      workspaceId: text(item, attribute.WORKSPACE),
      userId: text(item, attribute.USER),
      role: text(item, attribute.ROLE),
    },
  };
}
