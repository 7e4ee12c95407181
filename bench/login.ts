import { DynamoFactorStore } from '../lambdas/factors/factor-store.ts';
import { DynamoPendingStore } from '../lambdas/factors/pending-store.ts';
import { Table } from '../lambdas/kernel/table.ts';
import { onboard } from '../lambdas/people/accounts.ts';
import { logIn } from '../lambdas/people/login.ts';
import { EMPTY_KEYSET, nextKeyset } from '../lambdas/signing/keyset.ts';
import { engineClient } from '../test/support/dynamodb-engine.ts';
import type { AuthorizerBundle } from './bundle.ts';
import { startCountingProxy, totalCalls } from './counting-proxy.ts';
import { accountsOn } from './identities.ts';

/** DynamoDB calls of a login with the right password, from where its person has logged in before. */
export async function countLogin(
  { settings: { profile }, deployment }: AuthorizerBundle,
  tableName: string,
  endpoint: string,
): Promise<number> {
  const proxy = await startCountingProxy(endpoint);
  try {
    const table = new Table(tableName, engineClient(proxy.endpoint));
    const { algorithm, lifetimeSeconds } = profile.tokens;
    const plan = { tokenAlgorithm: algorithm, tokenSeconds: lifetimeSeconds };
    const accounts = accountsOn(table, {
      profile,
      deployment,
      keyset: await nextKeyset(EMPTY_KEYSET, plan, Math.floor(Date.now() / 1000)),
    });
    const context = {
      ...accounts,
      secondFactor: {
        ...accounts,
        factors: new DynamoFactorStore(table),
        pending: new DynamoPendingStore(table),
        // Who logs in has no factor: nothing is encrypted or decrypted.
        cipher: { encrypt: nothingSecret, decrypt: nothingSecret },
        party: null,
      },
    };
    const credentials = { email: 'login@example.com', password: 'correct horse battery staple' };
    const from = { requestId: 'bench', address: '203.0.113.7' };
    await onboard(
      { ...credentials, fullName: null, workspaceName: 'login', sector: null, language: 'en' },
      context,
      from,
    );
    await logIn(credentials, from, context);
    const before = totalCalls(proxy);
    await logIn(credentials, from, context);
    return totalCalls(proxy) - before;
  } finally {
    await proxy.stop();
  }
}

async function nothingSecret(): Promise<never> {
  throw new Error('Nobody here has a second factor.');
}
