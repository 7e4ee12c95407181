import type { ApiKey } from './api-key.ts';

/** A key as it is kept for who made it. */
export interface KeptKey {
  /** Who has seen the key, by creating or rotating it (`principalOf`). */
  readonly madeBy: string;
  /** Of the key (`keyMark`): it is another after each rotation. */
  readonly mark: string;
  readonly ciphertext: string;
  /** Unix seconds after which it is deleted; null for never. */
  readonly expiresAt: number | null;
}

/** Where encrypted keys are kept: outside the table, so that no stream, backup or export has them. */
export interface VaultStore {
  put(tenantId: string, keyId: string, kept: KeptKey): Promise<void>;
  find(tenantId: string, keyId: string): Promise<KeptKey | undefined>;
}

/** Encrypts and decrypts for one tenant and key: what is encrypted for another cannot be decrypted. */
export interface KeyCipher {
  encrypt(plaintext: string, context: CipherContext): Promise<string>;
  /** Throws when the ciphertext is not of this context. */
  decrypt(ciphertext: string, context: CipherContext): Promise<string>;
}

export interface CipherContext {
  readonly tenantId: string;
  readonly keyId: string;
}

/** Takes a key that was just made, where keys can be revealed. */
export interface KeyKeeper {
  /**
   * Keeps a key for who has made it. It never throws: the key is there and must be shown, and who made it can do
   * without seeing it again.
   */
  keep(apiKey: Pick<ApiKey, 'id' | 'tenantId' | 'expiresAt'>, key: string, madeBy: string): Promise<void>;
}
