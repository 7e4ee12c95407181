import type { Claim, ClaimOutcome, ClaimRequest, ClaimStore, Completes } from '../kernel/claim.ts';
import { idempotencyItemKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isConditionFailure } from '../kernel/record-client.ts';
import type { Table, TransactionWrite } from '../kernel/table.ts';
import { HONOURED_SECONDS, IN_FLIGHT_SECONDS } from './idempotency.ts';

/** Nobody has it, it has ended, or whoever had it made nothing and is gone. */
const FREE =
  'attribute_not_exists(PK) OR endsAt <= :now OR (attribute_not_exists(answer) AND busyUntil <= :now)';

/** Idempotency keys in the table: an item each, which DynamoDB deletes some time after its end. */
export class DynamoClaimStore implements ClaimStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async claim({ id, token, fingerprint }: ClaimRequest, now: number): Promise<ClaimOutcome> {
    try {
      await this.#table.update(idempotencyItemKey(id), {
        UpdateExpression:
          'SET fingerprint = :fingerprint, claim = :token, busyUntil = :until, endsAt = :end, #ttl = :end REMOVE answer',
        ConditionExpression: FREE,
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: {
          ':fingerprint': S(fingerprint),
          ':token': S(token),
          ':until': N(now + IN_FLIGHT_SECONDS),
          ':end': N(now + HONOURED_SECONDS),
          ':now': N(now),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return { kind: 'claimed' };
    } catch (error) {
      if (isConditionFailure(error) && error.Item !== undefined) return outcomeOf(error.Item, now);
      // The transaction that completes it is being carried out.
      if (isTransactionConflict(error)) return { kind: 'in flight', fingerprint: null };
      throw error;
    }
  }

  async release({ id, token }: Claim): Promise<void> {
    await this.#table.updateIf(idempotencyItemKey(id), {
      UpdateExpression: 'SET busyUntil = :never',
      ConditionExpression: 'claim = :token AND attribute_not_exists(answer)',
      ExpressionAttributeValues: { ':token': S(token), ':never': N(0) },
    });
  }
}

function outcomeOf(item: Item, now: number): ClaimOutcome {
  const fingerprint = text(item, 'fingerprint');
  const isDone = item.answer !== undefined && number(item, 'busyUntil') <= now;
  return isDone
    ? { kind: 'answered', fingerprint, answer: JSON.parse(text(item, 'answer')) }
    : { kind: 'in flight', fingerprint };
}

function isTransactionConflict(error: unknown): boolean {
  return (
    error instanceof Problem &&
    error.cause instanceof Error &&
    error.cause.name === 'TransactionConflictException'
  );
}

/** The write that completes a claim, for the transaction that makes the thing. Whoever lost the claim makes nothing. */
export function completing<Made extends { readonly createdAt: number }>(
  { completes }: Completes<Made>,
  made: Made,
): readonly TransactionWrite[] {
  if (completes === undefined) return [];
  const { id, token, answer, settlingSeconds } = completes;
  return [
    {
      Update: {
        Key: idempotencyItemKey(id),
        UpdateExpression: 'SET answer = :answer, busyUntil = :until',
        ConditionExpression: 'claim = :token',
        ExpressionAttributeValues: {
          ':answer': S(JSON.stringify(answer(made))),
          ':until': N(made.createdAt + settlingSeconds),
          ':token': S(token),
        },
      },
      otherwise: new Problem('request_in_flight'),
    },
  ];
}
