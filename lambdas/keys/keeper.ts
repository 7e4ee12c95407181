import { NEVER } from '../kernel/clock.ts';
import { counted, observe } from '../kernel/metrics.ts';
import { hashKey, keyMark } from './key-format.ts';
import type { KeyCipher, KeyKeeper, VaultStore } from './vault.ts';

/** The keeper of a deployment that reveals keys. */
export function keyKeeper(vault: Pick<VaultStore, 'put'>, cipher: Pick<KeyCipher, 'encrypt'>): KeyKeeper {
  return {
    async keep({ id: keyId, tenantId, expiresAt }, key, madeBy) {
      try {
        await vault.put(tenantId, keyId, {
          madeBy,
          mark: keyMark(hashKey(key)).toString('base64url'),
          ciphertext: await cipher.encrypt(key, { tenantId, keyId }),
          expiresAt: expiresAt === NEVER ? null : expiresAt,
        });
      } catch (error) {
        const fields = { level: 'ERROR', key: keyId, cause: String(error) };
        observe({ fields, dimensions: { outcome: 'failed' }, metrics: counted('KeptKeys') });
      }
    },
  };
}
