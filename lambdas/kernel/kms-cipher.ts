import { callAws } from './aws-http.ts';
import { objectOf } from './json.ts';

/** What a ciphertext is good for: it is decrypted with the same again. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Milliseconds for an attempt, of which there are two. */
const ATTEMPT_TIMEOUT_MS = 2_000;
const ATTEMPTS = 2;

interface Answer {
  readonly CiphertextBlob?: string;
  readonly Plaintext?: string;
  readonly __type?: string;
}

/**
 * Encrypts small secrets by a key of AWS KMS (API reference, Encrypt and Decrypt). The context stands in CloudTrail, is
 * part of what is authenticated, and the key's policy asks for it. Two calls are not worth the SDK's import on every cold
 * start.
 */
export class KmsCipher {
  readonly #keyArn: string;

  constructor(keyArn: string) {
    this.#keyArn = keyArn;
  }

  async encrypt(plaintext: string, context: EncryptionContext): Promise<string> {
    return this.#call('Encrypt', 'CiphertextBlob', {
      KeyId: this.#keyArn,
      Plaintext: Buffer.from(plaintext).toString('base64'),
      EncryptionContext: context,
    });
  }

  async decrypt(ciphertext: string, context: EncryptionContext): Promise<string> {
    const plaintext = await this.#call('Decrypt', 'Plaintext', {
      KeyId: this.#keyArn,
      CiphertextBlob: ciphertext,
      EncryptionContext: context,
    });
    return Buffer.from(plaintext, 'base64').toString();
  }

  async #call(action: string, wanted: keyof Answer, input: object): Promise<string> {
    const body = JSON.stringify(input);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(action, wanted, body);
      } catch (error) {
        // The body holds a secret: what is thrown names the fault only.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }
}

/** Without what is wanted of it, or with none, an answer is none. */
async function send(action: string, wanted: keyof Answer, body: string): Promise<string> {
  const response = await callAws({
    host: 'kms',
    variable: 'KMS',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `TrentService.${action}` },
    body,
    timeoutMilliseconds: ATTEMPT_TIMEOUT_MS,
  });
  const answer = objectOf<Answer>(response.text);
  const found = response.ok && answer?.[wanted];
  if (!found) throw new Error(`KMS answered ${response.status} ${answer?.__type ?? ''}`.trim());
  return found;
}
