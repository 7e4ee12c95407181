import { parseScopes } from '../lambdas/contract/scopes.ts';
import { systemClock } from '../lambdas/kernel/clock.ts';
import { N, S } from '../lambdas/kernel/items.ts';
import type { Table } from '../lambdas/kernel/table.ts';

/** An API key that can still be used or enabled, with its scopes; or a person, with their role. */
export type Holder =
  | { readonly kind: 'key'; readonly names: readonly string[] }
  | { readonly kind: 'person'; readonly names: readonly [role: string] };

/** Everybody of all tenants who holds rights. Reads the whole table. */
export async function* holders(table: Table): AsyncGenerator<Holder> {
  const pages = table.scanPages({
    FilterExpression:
      '(SK = :key AND st <> :revoked AND xa > :now) OR (begins_with(SK, :user) AND attribute_exists(#role))',
    ProjectionExpression: 'SK, scp, #role',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ':key': S('KEY'),
      ':revoked': S('revoked'),
      ':now': N(systemClock()),
      ':user': S('USER#'),
    } as Record<string, { S: string } | { N: string }>,
  });
  for await (const items of pages) {
    for (const { SK, scp, role } of items) {
      if (SK?.S === 'KEY') yield { kind: 'key', names: parseScopes(scp?.S ?? '') };
      else yield { kind: 'person', names: [role?.S ?? ''] };
    }
  }
}
