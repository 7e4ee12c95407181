import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CryptoKey } from 'jose';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import type { Item } from '../../lambdas/kernel/items.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { isOneUse } from '../../lambdas/ledger/one-use.ts';
import { ControlStore } from '../../lambdas/signing/control-store.ts';
import { sdkCalls } from '../dynamodb-calls.ts';
import { currentKeyset, USES } from '../signing-keys.ts';
import { OpsError, type Target } from '../target.ts';
import { digestOf, writeSealed } from './sealed-file.ts';

/** Parts in which a table is read: one that was not finished is read again. */
const SEGMENTS = 16;

/** What was used within minutes, or is about one source address, and is of no use elsewhere. */
const LEFT_OUT = ['IDEMPOTENCY#', 'BACKOFF#', 'EVENT#'];

/** What a backup says of itself, in the clear: nothing of a tenant. */
export interface Manifest {
  readonly backup: string;
  /** Unix seconds: the table is in it as it was then or later. */
  readonly begunAt: number;
  readonly endedAt?: number;
  /** The files in the order in which they are read, with their SHA-256. */
  readonly files?: Readonly<Record<string, string>>;
}

export const MANIFEST = 'backup.json';
export const SECRETS = 'secrets.jwe';
export const TABLE_FILES = filesOf('table');
/** After the table: what ended while that was read is in them. */
export const LEDGER_FILES = filesOf('ledger');
/** All of a backup, in the order in which they are written and read. */
export const FILES = [...TABLE_FILES, SECRETS, ...LEDGER_FILES];

function filesOf(table: string): readonly string[] {
  return Array.from({ length: SEGMENTS }, (_, segment) => `${table}-${String(segment).padStart(2, '0')}.jwe`);
}

/**
 * Writes all that the deployment keeps into a folder, for the holder of one private key: table, ledger and signing keys.
 * What a run that was broken off has finished is not done again. Notes the time of success, which an alarm watches.
 */
export async function makeBackup(
  folder: string,
  key: CryptoKey,
  target: Target,
  log: (line: string) => void,
): Promise<Manifest> {
  if (target.ledgerTableName === undefined) throw new OpsError('The outputs lack LedgerTableName.');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const begun = begin(folder);
  if (begun.files !== undefined) throw new OpsError(`${folder} has a whole backup; name another folder.`);
  const ledger = new Table(target.ledgerTableName, sdkCalls(target.dynamodb));
  const parts: readonly { readonly file: string; readonly values: () => AsyncIterable<unknown> }[] = [
    ...TABLE_FILES.map((file, segment) => ({ file, values: () => pagesOf(target.table, segment) })),
    { file: SECRETS, values: () => secretsOf(target) },
    ...LEDGER_FILES.map((file, segment) => ({ file, values: () => pagesOf(ledger, segment) })),
  ];
  const files: Record<string, string> = {};
  for (const { file, values } of parts) {
    const path = join(folder, file);
    if (existsSync(path)) log(`${file} is there.`);
    else await writeSealed(path, { backup: begun.backup, file }, key, values());
    files[file] = await digestOf(path);
  }
  const manifest = { ...begun, endedAt: systemClock(), files };
  writeManifest(folder, manifest);
  await new ControlStore(target.table).noteBackup(begun.begunAt);
  return manifest;
}

/** The manifest of a folder. Throws an `OpsError` where there is none. */
export function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
  } catch {
    throw new OpsError(`${folder} has no ${MANIFEST}: it is no backup.`);
  }
}

/** A backup that was broken off goes on while it is of today: an older one would be half of yesterday. */
function begin(folder: string): Manifest {
  if (existsSync(join(folder, MANIFEST))) {
    const before = readManifest(folder);
    if (before.files !== undefined || systemClock() - before.begunAt < 86_400) return before;
    for (const file of FILES) rmSync(join(folder, file), { force: true });
  }
  const manifest = { backup: randomUUID(), begunAt: systemClock() };
  writeManifest(folder, manifest);
  return manifest;
}

function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
}

async function* pagesOf(table: Table, Segment: number): AsyncGenerator<readonly Item[]> {
  const pages = table.scanPages({ Segment, TotalSegments: SEGMENTS, ConsistentRead: true });
  for await (const items of pages) {
    const kept = items.filter(({ PK }) => {
      const partition = PK?.S ?? '';
      return !isOneUse(partition) && !LEFT_OUT.some((prefix) => partition.startsWith(prefix));
    });
    if (kept.length > 0) yield kept;
  }
}

async function* secretsOf(target: Target): AsyncGenerator<unknown> {
  for (const use of USES) yield { use, keyset: await currentKeyset(target.secretIds[use], target) };
}
