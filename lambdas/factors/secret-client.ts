import { KmsCipher } from '../kernel/kms-cipher.ts';
import type { SecretCipher } from './check.ts';

/** Encrypts the secrets of authenticator apps by a key of AWS KMS, each for its person. */
export function secretCipher(keyArn: string): SecretCipher {
  const kms = new KmsCipher(keyArn);
  const contextOf = ({ tenantId, userId }: { readonly tenantId: string; readonly userId: string }) => ({
    tenant: tenantId,
    person: userId,
  });
  return {
    encrypt: (plaintext, person) => kms.encrypt(plaintext, contextOf(person)),
    decrypt: (ciphertext, person) => kms.decrypt(ciphertext, contextOf(person)),
  };
}
