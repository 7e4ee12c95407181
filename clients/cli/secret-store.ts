import { spawn } from 'node:child_process';
import { CliError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { locked } from './lock.ts';
import { placesOf } from './places.ts';
import { readPrivateJson, writePrivateJson } from './private-file.ts';

/** What proves who somebody is at one deployment. */
export type Secret =
  | { readonly kind: 'key'; readonly apiKey: string }
  | {
      readonly kind: 'login';
      readonly accessToken: string;
      /** Null where the deployment gives none. */
      readonly refreshToken: string | null;
    };

/** Where secrets are kept, by the URL of their deployment. */
export interface SecretStore {
  read(url: string): Promise<Secret | undefined>;
  write(url: string, secret: Secret): Promise<void>;
  remove(url: string): Promise<void>;
}

export type Storage = 'keychain' | 'file';

/** The name that keychains show. */
const SERVICE = 'latchkey';

/** Bytes of a line that macOS' `security -i` reads; what is longer it cuts in two. */
const MAX_SECURITY_LINE = 4096;

/** A keychain that is locked asks its person for a password. */
const PATIENCE_MS = 60_000;

/** The store of a kind. Throws `CliError` for the keychain of a system that has none that we know. */
export function secretStoreOf(storage: Storage, io: Io): SecretStore {
  if (storage === 'file') return new FileStore(io);
  const store = keychainOf(io);
  if (store !== undefined) return store;
  throw new CliError(
    EXIT.failed,
    'There is no keychain that latchkey knows on this system: use --store file.',
  );
}

/**
 * The system's keychain, if it keeps what it is given: a Linux without a desktop may have the program and no service
 * behind it.
 */
export async function usableStorage(io: Io): Promise<Storage> {
  const keychain = keychainOf(io);
  if (keychain === undefined) return 'file';
  const probe = 'latchkey:probe';
  const secret: Secret = { kind: 'key', apiKey: 'probe' };
  try {
    await keychain.write(probe, secret);
    const isKept = (await keychain.read(probe)) !== undefined;
    await keychain.remove(probe);
    return isKept ? 'keychain' : 'file';
  } catch {
    return 'file';
  }
}

/** Windows' own has no program that takes a secret from a pipe; there the file is in the profile of its user. */
function keychainOf(io: Io): SecretStore | undefined {
  if (io.platform === 'darwin') return new MacKeychain(io);
  return io.platform === 'linux' ? new SecretService(io) : undefined;
}

/** A file with mode 0600. */
class FileStore implements SecretStore {
  readonly #path: string;

  constructor(io: Io) {
    this.#path = placesOf(io).credentials;
  }

  async read(url: string): Promise<Secret | undefined> {
    return (await this.#all())[url];
  }

  write(url: string, secret: Secret): Promise<void> {
    return this.#change((all) => ({ ...all, [url]: secret }));
  }

  remove(url: string): Promise<void> {
    return this.#change(({ [url]: _removed, ...others }) => others);
  }

  async #all(): Promise<Readonly<Record<string, Secret>>> {
    return (await readPrivateJson<Record<string, Secret>>(this.#path)) ?? {};
  }

  /** Another process may write the secret of another deployment at the same time. */
  #change(
    change: (all: Readonly<Record<string, Secret>>) => Readonly<Record<string, Secret>>,
  ): Promise<void> {
    return locked(`${this.#path}.lock`, async () => writePrivateJson(this.#path, change(await this.#all())));
  }
}

/** The keychain of macOS, by `security`. A secret never is an argument: every user of the machine can read those. */
class MacKeychain implements SecretStore {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  async read(url: string): Promise<Secret | undefined> {
    const args = ['find-generic-password', '-s', SERVICE, '-a', url, '-w'];
    const { code, stdout } = await run(this.#io, 'security', args);
    return code === 0 ? decoded(stdout) : undefined;
  }

  async write(url: string, secret: Secret): Promise<void> {
    const line = `add-generic-password -U -s ${SERVICE} -a ${quoted(url)} -w ${encoded(secret)}\n`;
    if (line.length > MAX_SECURITY_LINE)
      throw new CliError(EXIT.failed, 'The token is too long for the keychain: use --store file.');
    const { code } = await run(this.#io, 'security', ['-i'], line);
    if (code !== 0)
      throw new CliError(EXIT.failed, 'The keychain took nothing: unlock it, or use --store file.');
  }

  async remove(url: string): Promise<void> {
    await run(this.#io, 'security', ['delete-generic-password', '-s', SERVICE, '-a', url]);
  }
}

/** The Secret Service of a Linux desktop, by libsecret's `secret-tool`. */
class SecretService implements SecretStore {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  async read(url: string): Promise<Secret | undefined> {
    const { code, stdout } = await run(this.#io, 'secret-tool', ['lookup', ...attributes(url)]);
    return code === 0 ? decoded(stdout) : undefined;
  }

  async write(url: string, secret: Secret): Promise<void> {
    const args = ['store', `--label=Latchkey: ${url}`, ...attributes(url)];
    const { code } = await run(this.#io, 'secret-tool', args, encoded(secret));
    if (code !== 0)
      throw new CliError(EXIT.failed, 'The keychain took nothing: unlock it, or use --store file.');
  }

  async remove(url: string): Promise<void> {
    await run(this.#io, 'secret-tool', ['clear', ...attributes(url)]);
  }
}

const attributes = (url: string) => ['service', SERVICE, 'url', url];

/** Base64: no character of it means anything to a program that reads commands. */
const encoded = (secret: Secret) => Buffer.from(JSON.stringify(secret)).toString('base64');

function decoded(output: string): Secret | undefined {
  try {
    return JSON.parse(Buffer.from(output.trim(), 'base64').toString()) as Secret;
  } catch {
    return undefined;
  }
}

/** A URL has no quotation marks, backslashes or blanks. */
const quoted = (url: string) => `"${url}"`;

/** Runs a program of the system; a program that is not there ends as one that fails. */
function run(
  { env }: Io,
  program: string,
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number; readonly stdout: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      env: { ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: PATIENCE_MS,
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stdin.on('error', () => {});
    child.on('error', () => resolve({ code: 127, stdout: '' }));
    child.on('close', (code) => resolve({ code: code ?? 1, stdout }));
    child.stdin.end(input);
  });
}
