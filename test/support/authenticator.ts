import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { type PasskeyAnswer, readAnswer } from '../../lambdas/factors/passkeys.ts';

/** The flags of authenticator data (WebAuthn Level 3, 6.1). */
const FLAGS = {
  isPresent: 0x01,
  isVerified: 0x04,
  isSynced: 0x08,
  isBackedUp: 0x10,
  hasCredential: 0x40,
};

/** Key pairs by COSE algorithm (RFC 9053), those that are taken here and one that is not. */
const KEY_PAIRS = {
  [-7]: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  [-8]: () => generateKeyPairSync('ed25519'),
  [-35]: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  [-257]: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

export type CoseAlgorithm = keyof typeof KEY_PAIRS;

/** What is asked of an authenticator, and each way in which a browser or an attacker may answer something else. */
export interface Ceremony {
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
  /** @default as the ceremony's */
  readonly type?: string;
  /** By a touch alone is false. @default true */
  readonly isVerified?: boolean;
  /** @default true */
  readonly isPresent?: boolean;
  /** @default the next one */
  readonly counter?: number;
  /** The id that the browser says, where it is not that of the credential. */
  readonly id?: string;
  readonly userHandle?: string;
}

/** An authenticator in software: one credential, answered for as `navigator.credentials` does it. */
export class Authenticator {
  readonly id: string;
  readonly #credentialId: Buffer;
  readonly #algorithm: CoseAlgorithm;
  readonly #isSynced: boolean;
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  /** The last one that was given; a synced credential counts nothing. */
  counter = 0;

  constructor({
    algorithm = -7,
    isSynced = false,
    idBytes = 32,
  }: { readonly algorithm?: CoseAlgorithm; readonly isSynced?: boolean; readonly idBytes?: number } = {}) {
    this.#credentialId = randomBytes(idBytes);
    this.id = this.#credentialId.toString('base64url');
    this.#algorithm = algorithm;
    this.#isSynced = isSynced;
    this.#keys = KEY_PAIRS[algorithm]();
  }

  /** The answer to `navigator.credentials.create` (WebAuthn, 6.3.2), with no attestation. */
  register(ceremony: Ceremony): PasskeyAnswer {
    const credential = Buffer.concat([
      Buffer.alloc(16),
      uint16(this.#credentialId.length),
      this.#credentialId,
      cbor(this.#publicKey()),
    ]);
    const authData = Buffer.concat([this.#data(ceremony, FLAGS.hasCredential), credential]);
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return this.#answer(ceremony, {
      clientDataJSON: clientData('webauthn.create', ceremony).toString('base64url'),
      attestationObject: cbor(attestation).toString('base64url'),
      transports: [this.#isSynced ? 'internal' : 'usb', 'telepathy'],
    });
  }

  /** The answer to `navigator.credentials.get` (WebAuthn, 6.3.3). */
  use(ceremony: Ceremony): PasskeyAnswer {
    const [authData, client] = [this.#data(ceremony, 0), clientData('webauthn.get', ceremony)];
    const signed = Buffer.concat([authData, createHash('sha256').update(client).digest()]);
    // EdDSA hashes by itself.
    const signature = sign(this.#algorithm === -8 ? null : 'sha256', signed, this.#keys.privateKey);
    return this.#answer(ceremony, {
      clientDataJSON: client.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      ...(ceremony.userHandle === undefined
        ? {}
        : { userHandle: Buffer.from(ceremony.userHandle).toString('base64url') }),
    });
  }

  /** Authenticator data up to the counter (WebAuthn, 6.1). */
  #data({ rpId, isPresent = true, isVerified = true, counter }: Ceremony, flags: number): Buffer {
    this.counter = counter ?? (this.#isSynced ? 0 : this.counter + 1);
    const all =
      flags |
      (isPresent ? FLAGS.isPresent : 0) |
      (isVerified ? FLAGS.isVerified : 0) |
      (this.#isSynced ? FLAGS.isSynced | FLAGS.isBackedUp : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.counter);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.of(all), count]);
  }

  /** The public key in COSE (RFC 9053, 7). */
  #publicKey(): Map<number, unknown> {
    const { x = '', y = '', n = '', e = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const bytes = (text: string) => Buffer.from(text, 'base64url');
    const ofKind: Readonly<Record<CoseAlgorithm, readonly (readonly [number, unknown])[]>> = {
      [-7]: [
        [1, 2],
        [-1, 1],
        [-2, bytes(x)],
        [-3, bytes(y)],
      ],
      [-8]: [
        [1, 1],
        [-1, 6],
        [-2, bytes(x)],
      ],
      [-35]: [
        [1, 2],
        [-1, 2],
        [-2, bytes(x)],
        [-3, bytes(y)],
      ],
      [-257]: [
        [1, 3],
        [-1, bytes(n)],
        [-2, bytes(e)],
      ],
    };
    return new Map([[3, this.#algorithm], ...ofKind[this.#algorithm]]);
  }

  #answer({ id = this.id }: Ceremony, response: object): PasskeyAnswer {
    const json = { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
    const answer = readAnswer(JSON.stringify(json));
    if (answer === undefined) throw new Error('the answer of an authenticator is not taken for one');
    return answer;
  }
}

function clientData(ofCeremony: string, { type = ofCeremony, challenge, origin }: Ceremony): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** CBOR (RFC 8949) of integers, texts, bytes and maps. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flatMap((pair) => pair.map(cbor))]);
  throw new Error(`not of this CBOR: ${String(value)}`);
}

/** The major type and the argument of a CBOR item (RFC 8949, 3). */
function head(type: number, argument: number): Buffer {
  if (argument < 24) return Buffer.of((type << 5) | argument);
  if (argument < 256) return Buffer.of((type << 5) | 24, argument);
  return Buffer.concat([Buffer.of((type << 5) | 25), uint16(argument)]);
}
