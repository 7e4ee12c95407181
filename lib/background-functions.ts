import { LED_TO_PARTITIONS } from '../lambdas/erasure/led-to.ts';
import type { FunctionSpec, SecretAction } from './function-spec.ts';

/** Making the next version of a secret, and making it the current one. */
const ROTATING = [
  'GetSecretValue',
  'DescribeSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
] as const satisfies readonly SecretAction[];

/** The functions that no request calls: a schedule, the table's stream or a secret does. */
export function backgroundFunctions({
  mailIdentity,
}: {
  /** The identity in SES that mails are sent as; null where mails are events. */
  readonly mailIdentity: string | null;
}) {
  return {
    rotation: {
      description: 'Rotates the signing keys, in the four steps of Secrets Manager',
      memoryMiB: 256,
      timeoutSeconds: 30,
      table: [{ actions: ['GetItem', 'UpdateItem'], keys: ['CONTROL'] }],
      keyset: ROTATING,
      assertions: ROTATING,
    },
    reconciler: {
      description:
        'Gives tenants usage keys of their own, and erases who has closed or deleted their account',
      memoryMiB: 256,
      // A run ends by itself before; it goes on where it was a minute later.
      timeoutSeconds: 60,
      table: [
        { actions: ['Query', 'DeleteItem'], keys: ['USAGEKEYS'] },
        { actions: ['GetItem'], keys: ['TENANT#*', 'CONTROL'] },
        { actions: ['UpdateItem'], keys: ['USAGEKEYS', 'TENANT#*', 'KEY#*', 'SESSION#*', 'ERASURES'] },
        // Erasures: it takes no request, and its code is the smallest that could have these rights.
        { actions: ['Query'], keys: ['ERASURES', 'TENANT#*', 'USER#*'] },
        { actions: ['BatchGetItem'], keys: ['KEY#*', 'SESSION#*'] },
        { actions: ['PutItem'], keys: ['TENANT#*'] },
        {
          actions: ['DeleteItem'],
          keys: ['ERASURES', 'TENANT#*', 'USER#*', ...LED_TO_PARTITIONS],
        },
      ],
      usageKeys: [
        { actions: ['GET', 'POST'], on: 'keys' },
        { actions: ['DELETE'], on: 'key' },
        { actions: ['GET', 'POST'], on: 'members' },
      ],
    },
    stream: {
      description:
        'Brings what hangs on an item in line with it, counts, and writes the audit trail of hot records',
      // Nobody waits for it, but a batch must have room beside what V8 has left of earlier ones (ADR 0193).
      memoryMiB: 512,
      timeoutSeconds: 60,
      table: [
        {
          actions: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
          keys: ['TENANT#*'],
        },
        { actions: ['Query', 'DeleteItem'], keys: ['USER#*'] },
        { actions: ['UpdateItem'], keys: ['SESSION#*', 'EMAIL#*', 'CENSUS', 'USAGEKEYS'] },
        { actions: ['PutItem'], keys: ['EVENT#*'] },
      ],
      vault: 'follower',
      keepsLedger: true,
      invokes: ['mailer'],
    },
    mailer: {
      description: 'Sends the mails of the outbox',
      memoryMiB: 256,
      // A run ends by itself before; it goes on where it was a minute later.
      timeoutSeconds: 60,
      table: [
        { actions: ['Query', 'GetItem', 'UpdateItem', 'DeleteItem'], keys: ['OUTBOX'] },
        { actions: ['GetItem', 'PutItem', 'UpdateItem'], keys: ['LINK#*', 'TENANT#*'] },
        { actions: ['GetItem'], keys: ['EMAIL#*'] },
      ],
      sendsAs: mailIdentity,
      variables: ['ISSUER'],
    },
    usage: {
      description: 'Counts the uses of keys by day',
      // As `stream`; a batch has up to 2,500 records.
      memoryMiB: 512,
      timeoutSeconds: 60,
      table: [{ actions: ['BatchGetItem', 'UpdateItem'], keys: ['TENANT#*'] }],
    },
  } satisfies Record<string, FunctionSpec>;
}
