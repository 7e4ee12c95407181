import { expect, test } from 'vitest';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import { recentSignIns } from '../../lambdas/sessions/recent-sign-in.ts';
import { openSession } from '../../lambdas/sessions/sessions.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { AUTHENTICATION, NOW, ORIGIN, storeTenant } from '../support/tenants.ts';

const stores = memoryStores();

test('a person has signed in within ten minutes or signs in again; a key is not asked', async () => {
  const { account, workspaceId } = await storeTenant(stores);
  const lifetime = { idleSeconds: 3600, absoluteSeconds: 3600 };
  const session = await openSession(
    { user: account.user, workspaceId, authentication: AUTHENTICATION, lifetime, from: ORIGIN },
    stores.sessions,
    NOW,
  );
  const rights = { scopes: [], environment: 'live', workspaceId } as const;
  const caller: Caller = { kind: 'user', ...session, role: 'admin', ...rights };
  const requireAt = (now: number) => recentSignIns({ ...stores, clock: () => now });
  const refused = { code: 'reauthentication_required' };
  await requireAt(NOW + 600)(caller);
  await expect(requireAt(NOW + 601)(caller)).rejects.toMatchObject(refused);
  await requireAt(NOW + 601)({ kind: 'key', keyId: 'k', tenantId: session.tenantId, ...rights });
  await stores.sessions.end(session, ORIGIN);
  await expect(requireAt(NOW)(caller)).rejects.toMatchObject(refused);
});
