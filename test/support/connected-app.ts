import { type App, appIdOf, CONSENT_SECONDS } from '../../lambdas/oauth/app.ts';
import { DynamoAppStore } from '../../lambdas/oauth/app-store.ts';
import type { Account, TestStack } from './stack.ts';

let apps = 0;

/** Lets a client act for an account's administrator, as the consent page does; gives its id among their apps. */
export async function connectApp(
  { table }: TestStack,
  account: Account,
  fields: Partial<Pick<App, 'name' | 'host' | 'scopes'>> = {},
): Promise<string> {
  const { userId, tenantId, workspaceId } = account;
  const clientId = `https://client${(apps += 1)}.example/metadata.json`;
  const now = Math.floor(Date.now() / 1000);
  const app: App = {
    appId: appIdOf({ clientId }),
    userId,
    tenantId,
    clientId,
    name: null,
    host: new URL(clientId).host,
    scopes: [],
    workspaceId,
    connectedAt: now,
    expiresAt: now + CONSENT_SECONDS,
    ...fields,
  };
  await new DynamoAppStore(table).connect(
    app,
    undefined,
    { actor: `user:${userId}`, requestId: 'test' },
    now,
  );
  return app.appId;
}
