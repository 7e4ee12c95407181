import { KmsCipher } from '../kernel/kms-cipher.ts';
import type { CipherContext, KeyCipher } from './vault.ts';

/** Encrypts API keys by a key of AWS KMS, each for its tenant and id. */
export function vaultCipher(keyArn: string): KeyCipher {
  const kms = new KmsCipher(keyArn);
  return {
    encrypt: (plaintext, context) => kms.encrypt(plaintext, encryptionContext(context)),
    decrypt: (ciphertext, context) => kms.decrypt(ciphertext, encryptionContext(context)),
  };
}

const encryptionContext = ({ tenantId, keyId }: CipherContext) => ({ tenant: tenantId, key: keyId });
