import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from '../../lambdas/people/passwords.ts';

test('a password is verified by its own hash and by no other', async () => {
  for (const password of ['YourSecurePassword123!', ' ', 'p\0q', '🔑'.repeat(64), 'x'.repeat(256)]) {
    const hash = await hashPassword(password);
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword(`${password} `, hash)).toBe(false);
    expect(await verifyPassword(password.slice(1), hash)).toBe(false);
  }
});

test('the hash names its parameters: Argon2id, 19 MiB, 2 passes, 1 lane, a salt of 16 and a tag of 32 bytes', async () => {
  const hash = await hashPassword('password');
  const [, salt = '', tag = ''] =
    /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([\w+/]+)\$([\w+/]+)$/.exec(hash) ?? [];
  expect(Buffer.from(salt, 'base64')).toHaveLength(16);
  expect(Buffer.from(tag, 'base64')).toHaveLength(32);
});

test('one password hashed twice gives two hashes', async () => {
  expect(await hashPassword('password')).not.toBe(await hashPassword('password'));
});

test('a hash is verified with the parameters that stand in it', async () => {
  const [, , , , salt, tag] = (await hashPassword('password')).split('$');
  expect(await verifyPassword('password', `$argon2id$v=19$m=19456,t=3,p=1$${salt}$${tag}`)).toBe(false);
  expect(await verifyPassword('password', `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${tag}`)).toBe(true);
});

test('the same text typed as other code points is the same password', async () => {
  expect(await verifyPassword('cafe\u0301', await hashPassword('caf\u00e9'))).toBe(true);
});

test('an account that does not exist costs the same work, and no password is right', async () => {
  const hash = await hashPassword('password');
  const milliseconds = async (known: string | undefined) => {
    const started = process.cpuUsage();
    for (let round = 0; round < 5; round += 1) await verifyPassword('wrong', known);
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  };
  await milliseconds(hash);
  const [known, unknown] = [await milliseconds(hash), await milliseconds(undefined)];
  // The same Argon2 run: without it, the ratio is in the hundreds.
  expect(unknown).toBeGreaterThan(known / 3);
  expect(unknown).toBeLessThan(known * 3);
  expect(await verifyPassword('', undefined)).toBe(false);
});

test('a hash that we did not write is an error, and never a match', async () => {
  for (const hash of [
    '',
    'password',
    '$2b$10$abcdefghijklmnopqrstuv',
    '$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$dGFn',
  ]) {
    await expect(verifyPassword('password', hash)).rejects.toThrow('PHC');
  }
});
