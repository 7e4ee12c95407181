import { describe, expect, test } from 'vitest';
import { DynamoDbError } from '../../lambdas/kernel/dynamodb-error.ts';
import { S } from '../../lambdas/kernel/items.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import type { Operation } from '../../lambdas/kernel/record-client.ts';
import { ConditionsFailed, isCommitted, Table, type TransactionWrite } from '../../lambdas/kernel/table.ts';

interface Sent {
  readonly TransactItems: readonly { readonly Put: { readonly ConditionExpression: string } }[];
}

/** A table whose conditions hold, or fail, as their text says. */
const table = new Table('t', {
  call: async <Output extends object>(_: Operation, input: object) => {
    const reasons = (input as Sent).TransactItems.map(({ Put }) => ({
      Code: Put.ConditionExpression === 'fails' ? 'ConditionalCheckFailed' : 'None',
    }));
    if (reasons.every(({ Code }) => Code === 'None')) return {} as Output;
    throw new DynamoDbError('TransactionCanceledException', '', { reasons });
  },
});

const write = (ConditionExpression: 'holds' | 'fails', otherwise?: Problem | string): TransactionWrite => ({
  Put: { Item: { PK: S('p'), SK: S('s') }, ConditionExpression },
  ...(otherwise === undefined ? {} : { otherwise }),
});

const outcome = (writes: readonly TransactionWrite[]) =>
  table.transact(writes).then(
    () => 'committed',
    (error: unknown) => {
      if (error instanceof Problem) return error.code;
      if (error instanceof ConditionsFailed) return error.names;
      throw error;
    },
  );

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((one, index) =>
    permutations([...all.slice(0, index), ...all.slice(index + 1)]).map((rest) => [one, ...rest]),
  );
}

const taken = new Problem('email_taken');
const limit = new Problem('limit_reached');

describe('a transaction', () => {
  test('of which a condition fails throws what that write says, wherever it stands', async () => {
    const holding = [write('holds', limit), write('holds'), write('holds', 'named')];
    for (const writes of permutations([write('fails', taken), ...holding])) {
      expect(await outcome(writes)).toBe('email_taken');
    }
    for (const writes of permutations([write('fails', 'person'), ...holding])) {
      expect(await outcome(writes)).toEqual(['person']);
    }
  });

  test('of which several fail throws what the first of them says, whatever is inserted', async () => {
    for (let at = 0; at <= 2; at += 1) {
      const inserted = [write('holds', new Problem('not_found'))];
      const before = [write('fails', taken), write('fails', limit)].toSpliced(at, 0, ...inserted);
      expect(await outcome(before)).toBe('email_taken');
      const after = [write('fails', limit), write('fails', taken)].toSpliced(at, 0, ...inserted);
      expect(await outcome(after)).toBe('limit_reached');
    }
  });

  test('tells the names of all writes that failed, in their order', async () => {
    expect(
      await outcome([write('fails', 'a'), write('holds', 'b'), write('fails'), write('fails', 'c')]),
    ).toEqual(['a', undefined, 'c']);
    expect(await outcome([write('fails'), write('fails', taken)])).toEqual([undefined, undefined]);
  });

  test('is committed, or not, and a problem is neither', async () => {
    expect(await isCommitted(table.transact([write('holds', taken)]))).toBe(true);
    expect(await isCommitted(table.transact([write('fails'), write('fails', taken)]))).toBe(false);
    await expect(isCommitted(table.transact([write('fails', taken)]))).rejects.toBe(taken);
  });
});
