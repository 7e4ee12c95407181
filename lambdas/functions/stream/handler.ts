import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { deployment } from '#settings';
import { AuditTrail } from '../../audit/trail-store.ts';
import { systemClock } from '../../kernel/clock.ts';
import { batchResponse } from '../../kernel/stream-records.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoKeyStore } from '../../keys/key-store.ts';
import { DynamoVaultStore } from '../../keys/vault-store.ts';
import { DynamoLedger } from '../../ledger/ledger-store.ts';
import { mailerFunction } from '../../mail/wake-client.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoUsageKeyStore } from '../../plans/usage-key-store.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { DynamoCensusStore } from '../../status/census-store.ts';
import { type Followers, follow } from '../../stream/follow.ts';

const table = new Table(variable('TABLE_NAME'));
const followers: Followers = {
  audit: new AuditTrail(table),
  keys: new DynamoKeyStore(table),
  sessions: new DynamoSessionStore(table),
  accounts: new DynamoAccountStore(table),
  census: new DynamoCensusStore(table),
  usageKeys: new DynamoUsageKeyStore(table),
  ledger: new DynamoLedger(new Table(variable('LEDGER_TABLE'))),
  clock: systemClock,
  wakeMailer: mailerFunction(variable('MAILER_FUNCTION')),
  vault: deployment.revealsKeys ? new DynamoVaultStore(new Table(variable('VAULT_TABLE'))) : null,
};

/** Follows the table's stream. Stops at the first record that fails: it and those after it come again. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return batchResponse(await follow(event.Records, followers));
}
