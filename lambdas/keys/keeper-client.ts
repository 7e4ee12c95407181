import { Table } from '../kernel/table.ts';
import { variable } from '../kernel/variables.ts';
import { keyKeeper } from './keeper.ts';
import type { KeyKeeper } from './vault.ts';
import { vaultCipher } from './vault-client.ts';
import { DynamoVaultStore } from './vault-store.ts';

/** The keeper of a function that makes keys, by its variables. Throws when one is missing. */
export function deployedKeeper(): KeyKeeper {
  return keyKeeper(
    new DynamoVaultStore(new Table(variable('VAULT_TABLE'))),
    vaultCipher(variable('VAULT_KEY_ARN')),
  );
}
