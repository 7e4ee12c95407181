import { decodeJwt } from 'jose';
import { AUTH_TIME } from '../../lambdas/kernel/attributes.ts';
import { sessionKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import type { Table } from '../../lambdas/kernel/table.ts';

/** Makes a session's sign-in one of `secondsAgo`; below zero it stays recent for as long as a test may take. */
export async function signedInAgo(table: Table, token: string, secondsAgo: number): Promise<void> {
  const { sid } = decodeJwt<{ sid: string }>(token);
  await table.update(sessionKey(sid), {
    UpdateExpression: 'SET #at = :at',
    ExpressionAttributeNames: { '#at': AUTH_TIME },
    ExpressionAttributeValues: { ':at': N(Math.floor(Date.now() / 1000) - secondsAgo) },
  });
}
