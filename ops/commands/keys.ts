import { systemClock, timestamp } from '../../lambdas/kernel/clock.ts';
import { type ApiKey, statusOf } from '../../lambdas/keys/api-key.ts';
import { DynamoKeyStore } from '../../lambdas/keys/key-store.ts';
import type { KeySelection } from '../../lambdas/keys/keys.ts';
import { revokeKeys } from '../../lambdas/keys/revocation.ts';
import { operator } from '../change.ts';
import type { Command, CommandOptions } from '../command.ts';
import { OpsError, type Target } from '../target.ts';
import { named } from './tenants.ts';

/** A masked key ends with its locator and an ellipsis; what is longer may be a whole key. */
const MASKED = /(?:^|_)([0-9A-Za-z]{12})(?:…|\.\.\.)?$/;

export const keyCommands: readonly Command[] = [
  {
    usage: 'keys find MASKED',
    summary: 'the key that a list shows as MASKED, such as lk_live_0Ab1Cd2Ef3Gh…',
    run: async ([masked = ''], _options, { table }) => {
      if (masked.startsWith('imported:')) {
        throw new OpsError('Imported keys are not found by what a list shows: keys list --tenant ID');
      }
      const locator = MASKED.exec(masked)?.[1];
      if (locator === undefined) {
        throw new OpsError(
          'Give the masked form, up to the …: a whole key has no place in a shell’s history.',
        );
      }
      const key = await new DynamoKeyStore(table).findByLocator(locator);
      if (key === undefined) throw new OpsError('There is no such key.');
      return { tenant: key.tenantId, ...shown(key), last_use: key.lastUse };
    },
  },
  {
    usage: 'keys list --tenant ID [--workspace ID] [--created-by WHO] [--older-than-days N]',
    summary: 'the keys of a tenant, or some of them',
    run: async (_args, options, target) => {
      const { tenant, selection } = await selected(options, target);
      return (await matching(new DynamoKeyStore(target.table), tenant, selection)).map(shown);
    },
  },
  {
    usage: 'keys revoke --tenant ID [--workspace ID] [--created-by WHO] [--older-than-days N] [--dry-run]',
    summary: 'revoke keys in bulk; at least one of the three must narrow',
    run: async (_args, options, target) => {
      const { tenant, selection } = await selected(options, target);
      if (Object.keys(selection).length === 0) {
        throw new OpsError('Narrow it by --workspace, --created-by or --older-than-days.');
      }
      const keys = new DynamoKeyStore(target.table);
      if (options['dry-run']) {
        const alive = (await matching(keys, tenant, selection)).filter(({ state }) => state !== 'revoked');
        return { would_revoke: alive.length, keys: alive.map(({ id }) => id) };
      }
      return revokeKeys(
        { tenantId: tenant, selection, origin: operator(), hasTimeLeft: () => true },
        { keys, clock: systemClock },
      );
    },
  },
];

async function selected(
  options: CommandOptions,
  target: Target,
): Promise<{ tenant: string; selection: KeySelection }> {
  const { tenant: id, workspace, 'created-by': createdBy, 'older-than-days': days } = options;
  const { id: tenant } = await named(id, target);
  if (days !== undefined && !/^\d{1,5}$/.test(days)) {
    throw new OpsError('--older-than-days takes a whole number of days.');
  }
  return {
    tenant,
    selection: {
      ...(workspace === undefined ? {} : { workspaceId: workspace }),
      ...(createdBy === undefined ? {} : { createdBy }),
      ...(days === undefined ? {} : { createdBefore: systemClock() - Number(days) * 86_400 }),
    },
  };
}

async function matching(
  keys: DynamoKeyStore,
  tenant: string,
  { workspaceId, createdBy, createdBefore }: KeySelection,
): Promise<ApiKey[]> {
  const found: ApiKey[] = [];
  let after: string | null | undefined;
  do {
    const page = await keys.page(tenant, 100, after ?? undefined, workspaceId);
    found.push(...page.keys);
    after = page.next;
  } while (after !== null);
  return found.filter(
    (key) =>
      (createdBy === undefined || key.createdBy === createdBy) &&
      (createdBefore === undefined || key.createdAt < createdBefore),
  );
}

function shown(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    workspace: key.workspaceId,
    status: statusOf(key, systemClock()),
    scopes: key.scopes.join(' '),
    created: timestamp(key.createdAt),
    created_by: key.createdBy,
    expires: timestamp(key.expiresAt),
  };
}
