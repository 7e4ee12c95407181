import { readFileSync } from 'node:fs';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import { DynamoWorkspaceStore } from '../../lambdas/tenancy/workspace-store.ts';
import { importRows } from '../../lambdas/transfer/import.ts';
import { readRows } from '../../lambdas/transfer/import-rows.ts';
import { DynamoImportStore } from '../../lambdas/transfer/import-store.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';
import { operator } from '../change.ts';
import type { Command } from '../command.ts';
import { OpsError } from '../target.ts';
import { named, requireCustomer } from './tenants.ts';

export const importCommands: readonly Command[] = [
  {
    usage: 'import FILE --tenant ID [--workspace ID] [--decide] [--dry-run]',
    summary:
      'give a tenant keys of another system, by rows of NDJSON with sha256; --decide takes those that others claim',
    run: async ([file = ''], options, target) => {
      const { id: tenantId } = await named(options.tenant, target);
      requireCustomer(tenantId);
      const settings = await loadSettings({});
      const deployment = deploymentOf(settings);
      const { profile } = settings;
      const now = systemClock();
      const encoding = file.endsWith('.gz') ? 'gzip' : '';
      const rows = readRows(
        { bytes: read(file), encoding },
        { tenantId, proof: 'sha256', format: profile.keys, now },
      );
      const workspaces = new DynamoWorkspaceStore(target.table);
      const byDefault = (await workspaces.list(tenantId)).find(({ isDefault }) => isDefault);
      const outcomes = await importRows(
        {
          rows,
          dryRun: options['dry-run'] ?? false,
          decides: options.decide ?? false,
          importer: {
            tenantId,
            workspaceId: options.workspace ?? byDefault?.id ?? '',
            scopes: Object.keys(deployment.rights.inclusion),
            origin: operator(),
          },
          hasTimeLeft: () => true,
        },
        {
          imports: new DynamoImportStore(target.table),
          workspaces,
          profile,
          deployment,
          clock: systemClock,
        },
      );
      const counts = Object.entries(Object.groupBy(outcomes, ({ status }) => status));
      return {
        tenant: tenantId,
        ...Object.fromEntries(counts.map(([status, some]) => [status, some?.length ?? 0])),
        not_imported: outcomes.filter(({ status }) => status === 'refused' || status === 'pending'),
      };
    },
  },
];

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new OpsError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
