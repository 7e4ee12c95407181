import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { ControlPlane, type ListedKey } from '../../lambdas/plans/control-plane-client.ts';
import { TIME } from '../../lambdas/plans/pace.ts';
import { usageKeyOwner } from '../../lambdas/plans/usage-keys.ts';
import type { Command, CommandOptions, Report } from '../command.ts';
import { describeTable } from '../recover/restored-table.ts';
import { OpsError, type Target } from '../target.ts';

/** All that an account may delete a second (API Gateway, "Quotas"): nobody else needs them while a stack is removed. */
const DELETIONS = { ratePerSecond: 5, burst: 5 };
const PROGRESS_EVERY = 100;

export const stackCommands: readonly Command[] = [
  {
    usage: 'protect [--off] [--dry-run]',
    summary: 'protect table and ledger from deletion, after a first deployment in production',
    run: (_args, options, target) => protect(options, target),
  },
  {
    usage: 'teardown [--delete]',
    summary:
      "list the tenants' usage keys that a stack left behind when it was deleted; with --delete, delete them",
    run: (_args, options, target, log) => teardown(options, target, log),
  },
];

/**
 * Switches the deletion protection of the table and of the ledger. The template does not (ADR 0080), so that no later
 * deployment changes it either.
 */
async function protect(
  { off = false, 'dry-run': dryRun = false }: CommandOptions,
  { dynamodb, tableName: table, ledgerTableName: ledger }: Target,
): Promise<Report> {
  const tables = ledger === undefined ? { table } : { table, ledger };
  const before = await Promise.all(Object.values(tables).map((name) => isProtected(name, dynamodb)));
  const isDone = before.every((each) => each === !off);
  if (dryRun || isDone) {
    const changed = isDone ? 'nothing' : 'nothing (--dry-run)';
    return { ...tables, protected: before.every((each) => each), changed };
  }
  for (const TableName of Object.values(tables))
    await dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: !off }));
  return { ...tables, protected: !off };
}

async function isProtected(TableName: string, dynamodb: Target['dynamodb']): Promise<boolean> {
  const table = await describeTable(TableName, dynamodb);
  if (table === undefined) throw new OpsError(`There is no table ${TableName}.`);
  return table.DeletionProtectionEnabled === true;
}

/**
 * Returns the usage keys of tenants, which the reconciler has made and no template knows, to the account: it has
 * 10,000. While the stack is there they are in use, and would be made again.
 */
async function teardown(
  options: CommandOptions,
  { apiGateway, usageKeyPrefix: prefix }: Target,
  log: (line: string) => void,
): Promise<Report> {
  if (prefix === undefined) {
    throw new OpsError(
      'The outputs lack UsageKeyPrefix: the id of the deleted stack (its UUID, without dashes) is what its keys begin with. Note it as UsageKeyPrefix in the outputs file.',
    );
  }
  const controlPlane = new ControlPlane(apiGateway, new AbortController().signal, TIME, DELETIONS);
  const keys = (await controlPlane.keys()).filter(({ name }) => name.startsWith(prefix));
  const ofTenants = keys.filter(({ name }) => usageKeyOwner(prefix, name) !== undefined);
  const stacksOwn = keys.length - ofTenants.length;
  if (options.delete !== true)
    return { left: ofTenants.length, of_the_stack: stacksOwn, keys: ofTenants.map(row) };
  if (stacksOwn > 0) {
    throw new OpsError(
      `The stack is still there: it has ${stacksOwn} usage keys of its own. Run "npx cdk destroy" first.`,
    );
  }
  for (const [index, { id }] of ofTenants.entries()) {
    await controlPlane.delete(id);
    if ((index + 1) % PROGRESS_EVERY === 0) log(`${index + 1} of ${ofTenants.length} are deleted.`);
  }
  return { deleted: ofTenants.length };
}

function row({ id, name, createdAt }: ListedKey) {
  return { id, name, created: new Date(createdAt * 1000).toISOString() };
}
