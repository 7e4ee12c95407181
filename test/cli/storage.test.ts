/** Where credentials are kept: keychains, by programs that stand in for the systems' own, and a file. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Io } from '../../clients/cli/io.ts';
import { locked } from '../../clients/cli/lock.ts';
import { type Secret, secretStoreOf, usableStorage } from '../../clients/cli/secret-store.ts';
import { Terminal } from './terminal.ts';

const URL_A = 'https://a.example';
const LOGIN: Secret = { kind: 'login', accessToken: 'access-secret', refreshToken: 'refresh-secret' };

/** A machine with a program of a keychain, which notes its arguments and keeps what is piped into it. */
function machine(platform: NodeJS.Platform, program?: string, script?: string) {
  const terminal = new Terminal();
  const bin = join(terminal.home, 'bin');
  mkdirSync(bin);
  if (program !== undefined) {
    writeFileSync(
      join(bin, program),
      `#!/bin/bash\nexport PATH=/usr/bin:/bin\ncd ${terminal.home}\necho "$@" >> args\n${script}\n`,
    );
    chmodSync(join(bin, program), 0o755);
  }
  const io = { env: terminal.env, platform } as unknown as Io;
  return { home: terminal.home, io };
}

/** libsecret's tool, with one secret. */
const SECRET_TOOL = `case "$1" in
  store) cat > kept ;;
  lookup) [ -f kept ] && cat kept ;;
  clear) rm -f kept ;;
esac`;

/** macOS' tool: of \`-i\` it reads a command from stdin. */
const SECURITY = `case "$1" in
  -i) read -r line; echo "$line" >> commands; printf '%s' "\${line##* -w }" > kept ;;
  find-generic-password) [ -f kept ] && cat kept || exit 44 ;;
  delete-generic-password) rm -f kept ;;
esac`;

describe.each([
  ['linux', 'secret-tool', SECRET_TOOL],
  ['darwin', 'security', SECURITY],
] as const)('the keychain of %s', (platform, program, script) => {
  test('keeps a secret and forgets it, and no argument has it', async () => {
    const { home, io } = machine(platform, program, script);
    expect(await usableStorage(io)).toBe('keychain');
    const store = secretStoreOf('keychain', io);
    await store.write(URL_A, LOGIN);
    expect(await store.read(URL_A)).toEqual(LOGIN);
    const kept = readFileSync(join(home, 'kept'), 'utf8').trim();
    expect(Buffer.from(kept, 'base64').toString()).toContain('refresh-secret');
    await store.remove(URL_A);
    expect(await store.read(URL_A)).toBeUndefined();
    const args = readFileSync(join(home, 'args'), 'utf8');
    expect(args).toContain(URL_A);
    expect(args).not.toContain(kept);
    expect(args).not.toContain('secret"');
  });

  test('that keeps nothing is not used', async () => {
    const { io } = machine(platform, program, 'exit 1');
    expect(await usableStorage(io)).toBe('file');
    expect(await usableStorage(machine(platform, program, 'exit 0').io)).toBe('file');
    await expect(secretStoreOf('keychain', io).write(URL_A, LOGIN)).rejects.toThrow('--store file');
  });
});

test('a token that is too long for a command of macOS is refused, not cut', async () => {
  const { io } = machine('darwin', 'security', SECURITY);
  const long: Secret = { ...LOGIN, accessToken: 'x'.repeat(4000) };
  await expect(secretStoreOf('keychain', io).write(URL_A, long)).rejects.toThrow('too long');
});

test.each(['linux', 'darwin', 'win32'] as const)('without a keychain, %s has a file', async (platform) => {
  expect(await usableStorage(machine(platform).io)).toBe('file');
});

describe('the file', () => {
  const fileOf = (home: string) => join(home, '.config/latchkey/credentials.json');

  test('is its owner’s alone, as its folder is, and is made so again', async () => {
    const { home, io } = machine('linux');
    const store = secretStoreOf('file', io);
    await store.write(URL_A, LOGIN);
    expect(statSync(fileOf(home)).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, '.config/latchkey')).mode & 0o777).toBe(0o700);
    chmodSync(fileOf(home), 0o644);
    expect(await store.read(URL_A)).toEqual(LOGIN);
    expect(statSync(fileOf(home)).mode & 0o777).toBe(0o600);
  });

  test('keeps the secrets of other deployments, also of processes that write at the same time', async () => {
    const { io } = machine('linux');
    const urls = Array.from({ length: 8 }, (_each, index) => `https://${index}.example`);
    await Promise.all(urls.map((url) => secretStoreOf('file', io).write(url, LOGIN)));
    const store = secretStoreOf('file', io);
    await store.remove(urls[0] ?? '');
    expect(await Promise.all(urls.map((url) => store.read(url)))).toEqual([
      undefined,
      ...Array(7).fill(LOGIN),
    ]);
  });

  test('that is a link, or no JSON, is refused without a word of what it holds', async () => {
    const { home, io } = machine('linux');
    const store = secretStoreOf('file', io);
    await store.write(URL_A, LOGIN);
    writeFileSync(fileOf(home), '{"access-secret');
    await expect(store.read(URL_A)).rejects.toThrow(/^\S+ is no JSON: remove it, and sign in again\.$/);
    rmSync(fileOf(home));
    writeFileSync(join(home, 'elsewhere'), '{}');
    symlinkSync(join(home, 'elsewhere'), fileOf(home));
    await expect(store.read(URL_A)).rejects.toThrow('no plain file');
  });

  test('is where XDG_CONFIG_HOME says, unless that is no absolute path', async () => {
    const { home, io } = machine('linux');
    const at = (XDG_CONFIG_HOME: string) => ({ ...io, env: { ...io.env, XDG_CONFIG_HOME } });
    await secretStoreOf('file', at(join(home, 'xdg'))).write(URL_A, LOGIN);
    expect(existsSync(join(home, 'xdg/latchkey/credentials.json'))).toBe(true);
    await secretStoreOf('file', at('relative')).write(URL_A, LOGIN);
    expect(existsSync(fileOf(home))).toBe(true);
  });
});

describe('a lock', () => {
  test('lets one in at a time', async () => {
    const { home } = machine('linux');
    let inside = 0;
    const most: number[] = [];
    const enter = () =>
      locked(join(home, 'locks/a'), async () => {
        most.push((inside += 1));
        await new Promise((done) => setTimeout(done, 5));
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toEqual([1, 1, 1]);
  });

  test('of a process that died is taken over', async () => {
    const { home } = machine('linux');
    writeFileSync(join(home, 'lock'), '1');
    const long = Date.now() / 1000 - 61;
    utimesSync(join(home, 'lock'), long, long);
    expect(await locked(join(home, 'lock'), async () => 'in')).toBe('in');
    expect(existsSync(join(home, 'lock'))).toBe(false);
  });
});
