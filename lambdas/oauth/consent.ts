import type { ChangeOrigin } from '../audit/entries.ts';
import type { Client } from '../clients/client.ts';
import type { Scope } from '../contract/scopes.ts';
import { type App, appIdOf, CONSENT_SECONDS } from './app.ts';
import type { Consenter } from './codes.ts';

export interface AppStore {
  /** The person's connected app; undefined for none, and for one that is forgotten by `now`. */
  find(userId: string, appId: string, now: number): Promise<App | undefined>;
  /** All of a person, by their ids. */
  list(userId: string, now: number): Promise<App[]>;
  /** Writes a consent and its row in the audit trail. `before` is the one that there was. */
  connect(app: App, before: App | undefined, origin: ChangeOrigin, now: number): Promise<void>;
  /** Forgets it, with a row in the audit trail. Repeating it changes nothing. */
  disconnect(app: App, origin: ChangeOrigin, now: number): Promise<void>;
}

/** Whether a remembered consent covers a request: every scope by its name, as a wider one may come to include more. */
export function isCovered(app: App | undefined, scopes: readonly Scope[]): app is App {
  return app !== undefined && scopes.every((scope) => app.scopes.includes(scope));
}

/** Remembers that a person lets a client act for them: with these scopes besides those of before. */
export async function rememberConsent(
  {
    client,
    consenter,
    scopes,
  }: { readonly client: Client; readonly consenter: Consenter; readonly scopes: readonly Scope[] },
  origin: ChangeOrigin,
  apps: AppStore,
  now: number,
): Promise<void> {
  const { userId, tenantId, workspaceId } = consenter;
  const appId = appIdOf(client);
  const before = await apps.find(userId, appId, now);
  const { clientId, name, host } = client;
  const app: App = {
    appId,
    userId,
    tenantId,
    clientId,
    name,
    host,
    scopes: [...new Set([...(before?.scopes ?? []), ...scopes])],
    workspaceId,
    connectedAt: before?.connectedAt ?? now,
    expiresAt: now + CONSENT_SECONDS,
  };
  await apps.connect(app, before, origin, now);
}
