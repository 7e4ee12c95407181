import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, readFileSync, renameSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { CompactEncrypt, type CryptoKey, compactDecrypt, importPKCS8, importSPKI } from 'jose';
import { OpsError } from '../target.ts';

/** ECDH with a fresh key a line, AES-256-GCM for what it holds (RFC 7518, 4.6 and 5.3). */
const ALGORITHM = 'ECDH-ES+A256KW';
const ENCRYPTION = 'A256GCM';

/** What a file is: a line tells it too, so that no line can be taken from another file or left out. */
export interface FileLabel {
  readonly backup: string;
  readonly file: string;
}

/** The public half of the operator's key: it makes backups, and opens none. Throws an `OpsError`. */
export function publicKeyOf(path: string): Promise<CryptoKey> {
  return imported(path, '--public-key', 'a public key on P-256 in PEM (SPKI)', importSPKI);
}

/** The private half, which opens them. Throws an `OpsError`. */
export function privateKeyOf(path: string): Promise<CryptoKey> {
  return imported(path, '--private-key', 'a private key on P-256 in PEM (PKCS #8)', importPKCS8);
}

async function imported(
  path: string,
  option: string,
  wanted: string,
  importKey: (pem: string, algorithm: string) => Promise<CryptoKey>,
): Promise<CryptoKey> {
  try {
    return await importKey(readFileSync(path, 'utf8'), ALGORITHM);
  } catch {
    throw new OpsError(
      `${option}: ${path} must be a file with ${wanted}; docs/runbook/restore-backup.md makes one.`,
    );
  }
}

/** Writes values as lines that only the private key opens. The file has its name when it is whole. */
export async function writeSealed(
  path: string,
  label: FileLabel,
  key: CryptoKey,
  values: AsyncIterable<unknown>,
): Promise<void> {
  const output = createWriteStream(`${path}.part`, { mode: 0o600 });
  let line = 0;
  const write = async (value: unknown, isLast: boolean) => {
    const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
      .setProtectedHeader({
        alg: ALGORITHM,
        enc: ENCRYPTION,
        ...label,
        line,
        ...(isLast ? { last: true } : {}),
      })
      .encrypt(key);
    line += 1;
    if (!output.write(`${sealed}\n`)) await once(output, 'drain');
  };
  for await (const value of values) await write(value, false);
  await write(null, true);
  output.end();
  await finished(output);
  renameSync(`${path}.part`, path);
}

/** The values of such a file. Throws an `OpsError` where it is not whole, or is another. */
export async function* readSealed(path: string, label: FileLabel, key: CryptoKey): AsyncGenerator<unknown> {
  if (!existsSync(path)) throw new OpsError(`The backup lacks ${label.file}.`);
  let line = 0;
  let isWhole = false;
  for await (const sealed of createInterface({ input: createReadStream(path) })) {
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
    }).catch(() => {
      throw new OpsError(`${label.file} cannot be opened: it was damaged, or made for another key.`);
    });
    const { backup, file, line: number, last } = protectedHeader;
    if (isWhole || backup !== label.backup || file !== label.file || number !== line)
      throw new OpsError(`${label.file} is not as it was written: line ${line} is another.`);
    line += 1;
    isWhole = last === true;
    if (!isWhole) yield JSON.parse(new TextDecoder().decode(plaintext));
  }
  if (!isWhole) throw new OpsError(`${label.file} is not whole.`);
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
