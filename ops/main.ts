import { parseArgs } from 'node:util';
import { revoke, rotate, type SigningKeysReport, signingKeys } from './signing-keys.ts';
import { OpsError, targetOf } from './target.ts';

const USAGE = `usage: npm run ops -- signing-keys [rotate | revoke KID]
         [--stack NAME] [--outputs FILE] [--table NAME --secret ARN [--endpoint URL]]`;

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof OpsError ? error.message : error);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const [topic, action = 'list', kid, ...more] = positionals;
  const known =
    topic === 'signing-keys' && more.length === 0 && (action === 'revoke') === (kid !== undefined);
  if (!known) throw new OpsError(USAGE);
  const target = targetOf(values);
  switch (action) {
    case 'list':
      return print(await signingKeys(target));
    case 'rotate':
      return rotate(target, console.log);
    case 'revoke':
      return revoke(kid ?? '', target, console.log);
    default:
      throw new OpsError(USAGE);
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { stack: text, outputs: text, table: text, secret: text, endpoint: text };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new OpsError(`${(error as Error).message}\n${USAGE}`);
  }
}

function print({ version, keys, nextRotation }: SigningKeysReport): void {
  console.table(
    keys.map(({ ageSeconds, ...key }) => ({
      ...key,
      age: ageSeconds === null ? 'unknown' : age(ageSeconds),
    })),
  );
  console.log(`Keyset version ${version}. Next rotation: ${nextRotation?.toISOString() ?? 'not scheduled'}.`);
}

function age(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  return `${days} d ${hours} h ${Math.floor((seconds % 3600) / 60)} min`;
}
