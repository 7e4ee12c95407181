import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

/** Hashes a password into the PHC string format, which names its parameters. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return phc(salt, await tagOf(password, salt, PARAMETERS, TAG_BYTES));
}

/**
 * Whether the password is that of the hash. Without a hash (no such account) the same work is done for nothing,
 * so that the time tells nothing. Throws on a hash that we did not write.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', tag = ''] = PHC.exec(hash ?? UNUSED_HASH) ?? [];
  const expected = Buffer.from(tag, 'base64');
  if (expected.length === 0) throw new Error('The stored password hash is not in the PHC format.');
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const actual = await tagOf(password, Buffer.from(salt, 'base64'), parameters, expected.length);
  return timingSafeEqual(actual, expected) && hash !== undefined;
}

/** A hash of no password that anybody knows: whoever has it gets in by a new one only. */
export function uselessPasswordHash(): Promise<string> {
  return hashPassword(randomBytes(TAG_BYTES).toString('base64url'));
}

/** The fingerprint of requests with a password: as costly to guess from as the password's own hash. */
export async function slowFingerprint(request: Buffer, salt: string): Promise<string> {
  const nonce = Buffer.from(salt);
  const tag = await derive('argon2id', { message: request, nonce, tagLength: TAG_BYTES, ...PARAMETERS });
  return tag.toString('base64url');
}

/** A hash of no password, with the parameters of all that are made now. */
const UNUSED_HASH = phc(randomBytes(SALT_BYTES), randomBytes(TAG_BYTES));

function phc(salt: Buffer, tag: Buffer): string {
  const { memory, passes, parallelism } = PARAMETERS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** NFC first: the same password typed on another system may come in other code points (RFC 8265, 4.2). */
function tagOf(
  password: string,
  nonce: Buffer,
  parameters: { readonly memory: number; readonly passes: number; readonly parallelism: number },
  tagLength: number,
): Promise<Buffer> {
  return derive('argon2id', { message: password.normalize('NFC'), nonce, tagLength, ...parameters });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
