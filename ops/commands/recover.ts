import { setTimeout as sleep } from 'node:timers/promises';
import { parseTimestamp, systemClock, timestamp } from '../../lambdas/kernel/clock.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { KINDS, type KindName } from '../../lambdas/ledger/kinds.ts';
import { DynamoLedger } from '../../lambdas/ledger/ledger-store.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';
import type { Command, CommandOptions } from '../command.ts';
import { sdkCalls } from '../dynamodb-calls.ts';
import { alignSigningKeys } from '../recover/align.ts';
import { rebuild } from '../recover/rebuild.ts';
import { entriesOfTable, Replay } from '../recover/replay.ts';
import {
  describeTable,
  prepareTable,
  requireRestorable,
  restore,
  untilActive,
} from '../recover/restored-table.ts';
import type { Surroundings } from '../surroundings.ts';
import { OpsError, type Target } from '../target.ts';

/** Seconds before the time of a restore from which on the ledger is replayed: a stream's times are approximate. */
const MARGIN_SECONDS = 300;

/** The reconciler ends a run each minute, and by that the stream's position is known. */
const LEDGER_TIMEOUT_SECONDS = 300;
const POLL_MILLISECONDS = 1_000;

export const recoverCommands: readonly Command[] = [
  {
    usage: 'recover --to TIME [--into TABLE] [--from TABLE] [--except KINDS] [--accept-gap] [--dry-run]',
    summary:
      'restore the table to a time as another one, in which nothing lives that has ended since (reads both tables)',
    run: (_args, options, target, log) => recover(options, target, log),
  },
];

/** A recovery as the options describe it. */
interface Plan {
  /** Unix seconds. */
  readonly at: number;
  readonly from: string;
  readonly into: string;
  readonly except: ReadonlySet<KindName>;
  /** Whether the stack serves from the restored table already. */
  readonly serves: boolean;
  readonly ledger: DynamoLedger;
}

/**
 * Restores the table, and ends in the restored one what has ended since, by the ledger and by the table before where
 * that is still there. Whatever was done before is found and left: the command can be repeated after any failure.
 * Repeated after the switch, it takes what ended until then.
 */
export async function recover(
  options: CommandOptions,
  target: Target,
  log: (line: string) => void,
): Promise<Readonly<Record<string, unknown>>> {
  const plan = planOf(options, target);
  const { dynamodb } = target;
  const { at, from, into, ledger } = plan;
  const [before, after] = await Promise.all([describeTable(from, dynamodb), describeTable(into, dynamodb)]);
  const old = before === undefined ? undefined : new Table(from, sdkCalls(dynamodb));
  if (after === undefined) {
    if (before === undefined)
      throw new OpsError(
        `There is no table ${from} to restore. Restore its last backup with the AWS command line as ${into}, and run the command again (docs/runbook/deleted-table.md).`,
      );
    await requireRestorable(from, at, dynamodb);
  }
  const position = (await ledger.position()) ?? null;
  const { rights } = deploymentOf(await loadSettings());
  const steps = {
    time: timestamp(at),
    from: before === undefined ? `${from} (gone)` : from,
    into: after === undefined ? `${into} (to be restored)` : into,
    ledger_until: position === null ? 'never' : timestamp(position),
    // The table before has what the ledger does not have yet.
    gap: old === undefined ? 'what ended after ledger_until' : 'none',
    left_out: [...plan.except],
  };
  if (options['dry-run'] === true) {
    const table = after === undefined ? old : new Table(into, sdkCalls(dynamodb));
    const replay =
      table && new Replay(table, { rights, except: plan.except, serves: plan.serves, dryRun: true });
    return {
      ...steps,
      ledger_entries: await countEntries(plan),
      would_end:
        replay && after !== undefined ? await replayAll(replay, plan, old) : 'known when it is restored',
      would_publish: table === undefined ? [] : await alignSigningKeys(target, table, true),
      changed: 'nothing (--dry-run)',
    };
  }
  if (old === undefined && options['accept-gap'] !== true)
    throw new OpsError(
      `The table ${from} is gone, and the ledger is complete until ${steps.ledger_until}: what ended after that could live again. Look into CloudTrail and the logs for what was revoked since, revoke it again after the recovery, and say --accept-gap.`,
    );
  if (after === undefined) {
    log(`Restoring ${from} to ${timestamp(at)} as ${into}.`);
    await restore({ from, into, at }, dynamodb, log);
  } else await untilActive(into, dynamodb, log);
  const table = new Table(into, sdkCalls(dynamodb));
  const replay = new Replay(table, { rights, except: plan.except, serves: plan.serves, dryRun: false });
  const ended = await replayAll(replay, plan, old);
  const signing_keys = await alignSigningKeys(target, table, false);
  if (plan.serves) return { ...steps, ended, signing_keys, state: 'the stack serves from it' };
  log('Counting what the table has.');
  const rebuilt = await rebuild(table, old);
  const stream = await prepareTable(into, before?.DeletionProtectionEnabled === true, dynamodb);
  return {
    ...steps,
    ended,
    signing_keys,
    ...rebuilt,
    next: nextSteps(plan, stream, old !== undefined, target.surroundings),
  };
}

function planOf(options: CommandOptions, target: Target): Plan {
  const at = parseTimestamp(options.to ?? '');
  if (at === undefined)
    throw new OpsError('--to must be a time such as 2026-11-27T12:00:00Z: the last at which all was well.');
  if (at > systemClock()) throw new OpsError('--to must be a time that has been.');
  if (target.ledgerTableName === undefined)
    throw new OpsError(
      'The outputs lack LedgerTableName. Note the name of the stack’s ledger table as LedgerTableName in the outputs file.',
    );
  const from = options.from ?? target.tableName;
  const into = options.into ?? restoredName(from, at);
  if (from === into)
    throw new OpsError('--into names the table that is to be restored; name with --from the one before.');
  return {
    at,
    from,
    into,
    except: kindsOf(options.except),
    serves: into === target.tableName,
    ledger: new DynamoLedger(new Table(target.ledgerTableName, sdkCalls(target.dynamodb))),
  };
}

/** The name of a restored table: by the time, so that the command repeated finds it. */
function restoredName(from: string, at: number): string {
  const time = new Date(at * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
  return `${from.replace(/-restored-\d{14}$/, '').slice(0, 231)}-restored-${time}`;
}

function kindsOf(list = ''): ReadonlySet<KindName> {
  const known = KINDS.map(({ name }) => name);
  const named = list.split(',').filter((name) => name !== '');
  const wrong = named.find((name) => !known.some((kind) => kind === name));
  if (wrong !== undefined)
    throw new OpsError(`--except: there is no kind ${wrong}; kinds are ${known.join(', ')}.`);
  return new Set(known.filter((kind) => named.includes(kind)));
}

/**
 * Replays what the table before says, and then the ledger: of a stack that serves again, the ledger alone has what was
 * done since. Gives how many items of each kind it ends.
 */
async function replayAll(
  replay: Replay,
  { ledger, at, serves }: Plan,
  old: Table | undefined,
): Promise<Record<string, number>> {
  const begun = systemClock();
  if (old !== undefined) for await (const entries of entriesOfTable(old)) await replay.apply(entries);
  if (serves) await untilPast(begun, ledger);
  for await (const entries of ledger.since(at - MARGIN_SECONDS)) await replay.apply(entries);
  return Object.fromEntries(replay.changed);
}

/** Waits until the ledger has everything that was done before a time. */
async function untilPast(time: number, ledger: DynamoLedger): Promise<void> {
  const giveUpAt = systemClock() + LEDGER_TIMEOUT_SECONDS;
  while (((await ledger.position()) ?? 0) < time) {
    if (systemClock() > giveUpAt)
      throw new OpsError(
        'The stream does not bring the ledger up to date. See docs/runbook/stream-stopped.md, and run the command again.',
      );
    await sleep(POLL_MILLISECONDS);
  }
}

async function countEntries({ ledger, at }: Plan): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const entries of ledger.since(at - MARGIN_SECONDS))
    for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function nextSteps(
  { at, from, into }: Plan,
  stream: string,
  isThere: boolean,
  { ops, configuration, deploy }: Surroundings,
): readonly string[] {
  const again = `${ops} recover --to ${timestamp(at)} --from ${from} --into ${into}`;
  return [`Set restoredTableStreamArn: '${stream}' in ${configuration}`, deploy, ...(isThere ? [again] : [])];
}
