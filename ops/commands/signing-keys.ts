import type { Command, Report } from '../command.ts';
import { adoptSigningKeys, alignSigningKeys } from '../recover/align.ts';
import { revoke, rotate, signingKeys } from '../signing-keys.ts';
import type { Target } from '../target.ts';

export const signingKeyCommands: readonly Command[] = [
  {
    usage: 'signing-keys',
    summary: 'the keys that sign tokens and assertions, without reading a private one',
    run: (_args, _options, target) => report(target),
  },
  {
    usage: 'signing-keys rotate',
    summary: 'rotate now; answers when the new keys are published and current',
    run: async (_args, _options, target, log) => {
      await rotate(target, log);
      return report(target);
    },
  },
  {
    usage: 'signing-keys revoke KID',
    summary: 'accept nothing any more that this key signed; answers when that holds',
    run: async ([kid = ''], _options, target, log) => {
      await revoke(kid, target, log);
      return report(target);
    },
  },
  {
    usage: 'signing-keys align [--dry-run]',
    summary:
      'publish what the secrets hold, after a secret or the table was replaced (reads the private keys)',
    run: async (_args, { 'dry-run': dryRun = false }, target) => ({
      published: await alignSigningKeys(target, target.table, dryRun),
      changed: dryRun ? 'nothing (--dry-run)' : 'CONTROL',
    }),
  },
  {
    usage: 'signing-keys adopt TOKENS ASSERTIONS',
    summary:
      'take the keys of two other secrets of this Region, such as the replicas of another, and publish them',
    run: async ([token = '', assertion = ''], _options, target) => ({
      published: await adoptSigningKeys({ token, assertion }, target),
    }),
  },
];

async function report(target: Target): Promise<Report> {
  const { version, assertionVersion, keys, nextRotation } = await signingKeys(target);
  return {
    keyset_version: version,
    assertion_keyset_version: assertionVersion,
    next_rotation: nextRotation?.toISOString() ?? null,
    keys: keys.map(({ ageSeconds, ...key }) => ({
      ...key,
      age: ageSeconds === null ? null : age(ageSeconds),
    })),
  };
}

function age(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  return `${days} d ${hours} h ${Math.floor((seconds % 3600) / 60)} min`;
}
