import { deployment } from '#settings';
import { AuditTrail } from '../../audit/trail-store.ts';
import { serve } from '../../http/serve.ts';
import { systemClock } from '../../kernel/clock.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoKeyStore } from '../../keys/key-store.ts';
import type { RevealContext } from '../../keys/reveal.ts';
import { type RevealServices, revealRoutes } from '../../keys/reveal-rows.ts';
import { vaultCipher } from '../../keys/vault-client.ts';
import { DynamoVaultStore } from '../../keys/vault-store.ts';
import { profile } from '../profile.ts';

const table = new Table(variable('TABLE_NAME'));
const audit = new AuditTrail(table);

function vaultOf(): RevealContext['vault'] {
  if (!deployment.revealsKeys) return null;
  const store = new DynamoVaultStore(new Table(variable('VAULT_TABLE')));
  const cipher = vaultCipher(variable('VAULT_KEY_ARN'));
  return {
    find: (tenantId, keyId) => store.find(tenantId, keyId),
    decrypt: (ciphertext, context) => cipher.decrypt(ciphertext, context),
  };
}

const services: RevealServices = {
  reveal: {
    keys: new DynamoKeyStore(table),
    deployment,
    clock: systemClock,
    vault: vaultOf(),
    record: (tenantId, entry) => audit.commit(tenantId, [entry], []),
  },
};

/** Shows keys again: the only function that may decrypt them. */
export const handler = serve(revealRoutes, services, { profile, deployment });
