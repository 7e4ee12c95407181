import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type AwsAnswer, type AwsCall, AwsError } from '../aws-endpoint.ts';
import type { StackTemplate } from '../cloudformation/stack-template.ts';
import type { StoredValue } from '../data-directory.ts';

/** The service's name in `X-Amz-Target`. */
export const KMS = 'TrentService';

/** The material of each key by its ARN, as hexadecimal digits. */
export type KmsState = Readonly<Record<string, string>>;

interface Input {
  readonly KeyId?: string;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

/** Bytes of the nonce and of the tag of AES-256-GCM. */
const NONCE = 12;
const TAG = 16;

/** Encrypt and Decrypt by the template's symmetric keys (AWS KMS API reference). */
export class KmsApi {
  readonly #keys: StoredValue<KmsState>;

  constructor(template: StackTemplate, keys: StoredValue<KmsState>) {
    this.#keys = keys;
    const deployed = template.ofType('AWS::KMS::Key').map(({ attributes }) => attributes.Arn ?? '');
    const made = deployed.map((arn) => [arn, keys.get()[arn] ?? randomBytes(32).toString('hex')]);
    keys.set({ ...keys.get(), ...Object.fromEntries(made) });
  }

  async serve(call: AwsCall): Promise<AwsAnswer> {
    const input = JSON.parse(call.body.toString('utf8')) as Input;
    if (call.action === 'Encrypt') return answer(this.#encrypt(input));
    if (call.action === 'Decrypt') return answer(this.#decrypt(input));
    throw new AwsError('UnknownOperationException', `${call.action} is not served by the local stack.`);
  }

  #encrypt({ KeyId = '', Plaintext = '', EncryptionContext }: Input): object {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#material(KeyId), nonce);
    cipher.setAAD(authenticated(EncryptionContext));
    const sealed = [cipher.update(Plaintext, 'base64'), cipher.final()];
    const blob = Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
    return { KeyId, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  }

  #decrypt({ KeyId = '', CiphertextBlob = '', EncryptionContext }: Input): object {
    const blob = Buffer.from(CiphertextBlob, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#material(KeyId), blob.subarray(0, NONCE));
      decipher.setAAD(authenticated(EncryptionContext));
      decipher.setAuthTag(blob.subarray(NONCE, NONCE + TAG));
      const plain = Buffer.concat([decipher.update(blob.subarray(NONCE + TAG)), decipher.final()]);
      return { KeyId, Plaintext: plain.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    } catch (error) {
      if (error instanceof AwsError) throw error;
      // Another context, or no ciphertext of this key: KMS says no more.
      throw new AwsError('InvalidCiphertextException', '');
    }
  }

  #material(keyId: string): Buffer {
    const material = this.#keys.get()[keyId];
    if (material === undefined) throw new AwsError('NotFoundException', `Key '${keyId}' does not exist`);
    return Buffer.from(material, 'hex');
  }
}

const answer = (output: object): AwsAnswer => ({ status: 200, body: JSON.stringify(output) });

/** The context as one text, whatever the order of its members. */
function authenticated(context: Input['EncryptionContext'] = {}): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort()));
}
