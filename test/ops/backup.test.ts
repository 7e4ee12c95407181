import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest, TABLE_FILES } from '../../ops/backup/make-backup.ts';
import {
  digestOf,
  privateKeyOf,
  publicKeyOf,
  readSealed,
  writeSealed,
} from '../../ops/backup/sealed-file.ts';
import {
  apiKey,
  bearer,
  expectStatus,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { OperatorShell } from './shell.ts';

/** A whole deployment goes into a folder of the operator's, and comes out of it in another stack: keys work on. */
const CONFIG = { tiers: { free: ROOMY_TIER } };
const folder = mkdtempSync(join(tmpdir(), 'backup-'));
const [publicKey, privateKey, foreignKey] = ['public.pem', 'private.pem', 'foreign.pem'].map((name) =>
  join(folder, name),
) as [string, string, string];
const dataDir = join(folder, 'other-account');
let first: TestStack;
let other: TestStack;
let shell: OperatorShell;

beforeAll(async () => {
  const pair = () =>
    generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
  const own = pair();
  writeFileSync(publicKey, own.publicKey);
  writeFileSync(privateKey, own.privateKey);
  writeFileSync(foreignKey, pair().privateKey);
  first = await startTestStack({ profile: 'default', config: CONFIG });
  shell = new OperatorShell(first.local);
});
afterAll(async () => {
  await first?.stop();
  await other?.stop();
  shell?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Changes the items that name an id to how backups had them that were made by the SDK: bytes as members, by their places. */
async function withBytesAsBefore(backup: string, id: string): Promise<void> {
  const manifest = readManifest(backup);
  const files: Record<string, string> = { ...manifest.files };
  let changed = 0;
  const before = (item: unknown): unknown => {
    const text = JSON.stringify(item);
    if (!text.includes(id)) return item;
    return JSON.parse(text, (name, value) => {
      if (name !== 'B' || typeof value !== 'string') return value;
      changed += 1;
      return { ...Buffer.from(value, 'base64') };
    });
  };
  for (const file of TABLE_FILES) {
    const [path, label] = [join(backup, file), { backup: manifest.backup, file }];
    const older: unknown[] = [];
    for await (const page of readSealed(path, label, await privateKeyOf(privateKey)))
      older.push((page as readonly unknown[]).map(before));
    await writeSealed(path, label, await publicKeyOf(publicKey), Readable.from(older));
    files[file] = await digestOf(path);
  }
  expect(changed).toBe(1);
  writeFileSync(join(backup, 'backup.json'), JSON.stringify({ ...manifest, files }));
}

test('a backup is made by who cannot open it, goes on where it stopped, and brings keys to another stack', async () => {
  const ada = await first.onboard('ada@example.com');
  const token = await first.logIn(ada);
  const kept = await first.createKey(token, { name: 'kept', allowed_ips: ['127.0.0.1', '2001:db8::/32'] });
  const elsewhere = await first.createKey(token, { name: 'elsewhere', allowed_ips: ['203.0.113.0/24'] });
  const revoked = await first.createKey(token, { name: 'revoked' });
  expectStatus(await first.send(`DELETE /v1/api-keys/${revoked.id}`, { headers: bearer(token) }), 200);
  await first.local.idle();
  const backup = join(folder, 'backup');
  const made = await shell.json('backup', backup, '--public-key', publicKey);
  expect(made).toMatchObject({ folder: backup });
  const everything = readFileSync(join(backup, 'table-00.jwe'), 'utf8');
  for (const secret of [ada.tenantId, 'ada@example.com', 'KEY#'])
    expect(Buffer.from(everything, 'base64url').toString('latin1')).not.toContain(secret);
  expect((await shell.refusal('backup', backup, '--public-key', publicKey)).text).toContain(
    'has a whole backup; name another folder',
  );

  // A run that was broken off: what it had finished is taken.
  const broken = join(folder, 'broken');
  cpSync(backup, broken, { recursive: true });
  const { files: _, endedAt: __, ...begun } = JSON.parse(readFileSync(join(broken, 'backup.json'), 'utf8'));
  writeFileSync(join(broken, 'backup.json'), JSON.stringify(begun));
  for (const file of ['table-03.jwe', 'secrets.jwe']) rmSync(join(broken, file));
  const said = await shell.said('backup', broken, '--public-key', publicKey);
  expect(said).toContain('table-02.jwe is there.');
  expect(said).not.toContain('table-03.jwe is there.');
  await withBytesAsBefore(broken, elsewhere.id);
  await first.stop();
  shell.remove();

  other = await startTestStack({ profile: 'default', config: CONFIG }, { dataDir });
  shell = new OperatorShell(other.local);
  const stranger = await other.onboard('stranger@example.com');
  const restore = (from: string, key = privateKey) =>
    ['backup', 'restore', from, '--private-key', key, '--into', 'from-backup'] as const;
  const refused = async (from: string, key?: string) => (await shell.refusal(...restore(from, key))).text;
  expect(await refused(broken, foreignKey)).toContain('cannot be opened');
  expect(await refused(folder)).toContain('it is no backup');
  const damaged = join(folder, 'damaged');
  cpSync(broken, damaged, { recursive: true });
  cpSync(join(damaged, 'table-01.jwe'), join(damaged, 'table-00.jwe'));
  expect(await refused(damaged)).toContain('table-00.jwe is missing or was changed');
  expect(await shell.json(...restore(broken), '--dry-run')).toMatchObject({ changed: 'nothing (--dry-run)' });

  const restored = await shell.json(...restore(broken));
  expect(restored.items).toBeGreaterThan(10);
  const stream = /'(arn:.*)'/.exec(restored.next[0])?.[1];
  await other.stop();
  shell.remove();
  other = await startTestStack(
    { profile: 'default', config: { ...CONFIG, restoredTableStreamArn: stream } },
    { dataDir },
  );
  shell = new OperatorShell(other.local);
  const status = async (key: string) => (await other.send('GET /v1/stats', { headers: apiKey(key) })).status;
  expect(await status(kept.key)).toBe(200);
  expect(await status(elsewhere.key)).toBe(403);
  expect(await status(ada.apiKey)).toBe(200);
  expect(await status(revoked.key)).toBe(401);
  expect(await status(stranger.apiKey)).toBe(401);
  const again = await other.logIn(ada);
  const { allowed_ips } = (await other.send(`GET /v1/api-keys/${kept.id}`, { headers: bearer(again) })).json;
  expect(allowed_ips).toEqual(kept.allowed_ips);
  expect(await status((await other.createKey(again, { name: 'new' })).key)).toBe(200);
}, 300_000);
