import { join } from 'node:path';
import { timestamp } from '../../lambdas/kernel/clock.ts';
import { MANIFEST, makeBackup, readManifest } from '../backup/make-backup.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import { digestOf, privateKeyOf, publicKeyOf } from '../backup/sealed-file.ts';
import type { Command } from '../command.ts';
import { OpsError } from '../target.ts';
import { recover } from './recover.ts';

export const backupCommands: readonly Command[] = [
  {
    usage: 'backup DIR --public-key FILE',
    summary:
      'write all that the deployment keeps into a folder that only the holder of the private key can open',
    run: async ([folder = ''], options, target, log) => {
      const key = await publicKeyOf(required(options['public-key'], '--public-key'));
      const { backup, begunAt } = await makeBackup(folder, key, target, log);
      return {
        backup,
        as_of: timestamp(begunAt),
        folder,
        manifest_sha256: await digestOf(join(folder, MANIFEST)),
      };
    },
  },
  {
    usage: 'backup restore DIR --private-key FILE --into TABLE [--dry-run]',
    summary: 'write such a backup into a new table of this stack, and end in it what has ended since',
    run: async ([folder = ''], options, target, log) => {
      const key = await privateKeyOf(required(options['private-key'], '--private-key'));
      const into = required(options.into, '--into');
      const manifest = readManifest(folder);
      const to = timestamp(manifest.begunAt) ?? '';
      const about = { backup: manifest.backup, as_of: to, into };
      if (options['dry-run'] === true) return { ...about, changed: 'nothing (--dry-run)' };
      if (into === target.tableName)
        throw new OpsError('--into must name a new table: the stack serves from this one.');
      const restored = await restoreBackup({ folder, into }, manifest, key, target);
      log('Ending what has ended since the backup.');
      // The table of the backup is in another account or gone: the ledger of the backup is what there is.
      const recovered = await recover({ to, into, from: `${into}-before`, 'accept-gap': true }, target, log);
      return { ...about, ...restored, ...recovered };
    },
  },
];

function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '')
    throw new OpsError(`${option} is needed. "help" shows the command.`);
  return value;
}
