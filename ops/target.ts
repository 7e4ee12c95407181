import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Table } from '../lambdas/kernel/table.ts';
import type { KeysetUse } from '../lambdas/signing/control-facts.ts';
import { sdkCalls } from './dynamodb-calls.ts';
import { deploymentsIn, type Outputs } from './outputs.ts';
import type { Surroundings } from './surroundings.ts';

/** Where a deployment notes what a stack is called, and the local stack each that runs. */
const OUTPUTS_FILE = '.latchkey/outputs.json';
const LOCAL_FOLDER = '.latchkey/local';

export interface TargetOptions {
  /** The name of a stack that is noted. @default - the only one */
  readonly stack?: string | undefined;
  /** Its API's URL. @default - the only one */
  readonly url?: string | undefined;
  /** The port of a stack of this machine. @default - the only one */
  readonly port?: string | undefined;
  /** A file like those, instead of them. */
  readonly outputs?: string | undefined;
  /** Instead of the outputs file, together with both secrets. */
  readonly table?: string | undefined;
  readonly secret?: string | undefined;
  readonly assertionSecret?: string | undefined;
  /** Of both services, for a stack that is not on AWS. */
  readonly endpoint?: string | undefined;
}

/** The deployment that a command works on. */
export interface Target {
  readonly table: Table;
  readonly secrets: SecretsManagerClient;
  /** The secret with the signing keys of each use. */
  readonly secretIds: Readonly<Record<KeysetUse, string>>;
  readonly tableName: string;
  /** The ledger of what a restore must not bring back; undefined where no outputs file says it. */
  readonly ledgerTableName: string | undefined;
  readonly dynamodb: DynamoDBClient;
  readonly apiGateway: APIGatewayClient;
  /** What the names of all usage keys of the stack begin with; undefined where no outputs file says it. */
  readonly usageKeyPrefix: string | undefined;
  /** Whether it serves operators; undefined where no outputs file says it. */
  readonly hasOperators: boolean | undefined;
  /** How its operator calls commands. */
  readonly surroundings: Surroundings;
}

/** A fault that whoever runs a command can put right. */
export class OpsError extends Error {
  override readonly name = 'OpsError';
}

/** Finds a deployment. Credentials and Region are the SDK's own, except for the local stack, which has its own. */
export function targetOf(options: TargetOptions, surroundings: Surroundings): Target {
  const outputs = outputsOf(options, surroundings);
  const { TableName, KeysetSecretArn, AssertionSecretArn } = outputs;
  if (TableName === undefined || KeysetSecretArn === undefined || AssertionSecretArn === undefined) {
    throw new OpsError(
      'The outputs lack TableName, KeysetSecretArn or AssertionSecretArn. Is it a stack of ours?',
    );
  }
  const local = outputs.LocalCredentials;
  const client = (endpoint = options.endpoint) => ({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(outputs.Region === undefined ? {} : { region: outputs.Region }),
    ...(local === undefined ? {} : { credentials: JSON.parse(local) }),
  });
  const dynamodb = new DynamoDBClient(client(outputs.DynamodbEndpoint));
  return {
    table: new Table(TableName, sdkCalls(dynamodb)),
    secrets: new SecretsManagerClient(client(outputs.SecretsEndpoint)),
    secretIds: { token: KeysetSecretArn, assertion: AssertionSecretArn },
    tableName: TableName,
    ledgerTableName: outputs.LedgerTableName,
    dynamodb,
    apiGateway: new APIGatewayClient({ ...client(outputs.ApiGatewayEndpoint), retryMode: 'adaptive' }),
    usageKeyPrefix: outputs.UsageKeyPrefix,
    hasOperators: outputs.TableName === options.table ? undefined : outputs.Operators === 'true',
    surroundings,
  };
}

function outputsOf(options: TargetOptions, surroundings: Surroundings): Outputs {
  const { table, secret, assertionSecret } = options;
  if (table !== undefined && secret !== undefined && assertionSecret !== undefined)
    return { TableName: table, KeysetSecretArn: secret, AssertionSecretArn: assertionSecret };
  if ([table, secret, assertionSecret].some((given) => given !== undefined))
    throw new OpsError('--table, --secret and --assertion-secret go together.');
  const stacks = notedStacks(options.outputs, surroundings);
  const chosen = stacks.filter(isMeant(options));
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return only.outputs;
  const list = stacks.map(({ name, outputs }) => `\n  ${name} ${outputs.ApiUrl ?? ''}`.trimEnd()).join('');
  throw new OpsError(
    `${chosen.length === 0 ? 'No such stack is noted' : 'Several stacks are noted'}: choose with --stack, --url or --port.${list}`,
  );
}

/** Whether a stack is the one that the options describe: without any, each is. */
function isMeant({ stack, url, port }: TargetOptions) {
  return ({ name, outputs: { ApiUrl = '', LocalCredentials } }: NotedStack): boolean =>
    (stack === undefined || name === stack) &&
    (url === undefined || ApiUrl.replace(/\/+$/, '') === url.replace(/\/+$/, '')) &&
    (port === undefined || (LocalCredentials !== undefined && new URL(ApiUrl).port === port));
}

interface NotedStack {
  readonly name: string;
  readonly outputs: Outputs;
}

/** The stacks of a file or, without one, all that were deployed or run on this machine. */
function notedStacks(file: string | undefined, { serve, deploy }: Surroundings): readonly NotedStack[] {
  const files =
    file === undefined ? [OUTPUTS_FILE, ...localFiles()].filter((each) => existsSync(each)) : [file];
  const stacks = files
    .flatMap((each) => Object.entries(readOutputs(each)))
    .flatMap(([name, outputs]) => deploymentsIn(name, outputs))
    .filter(({ outputs }) => isThere(outputs));
  if (stacks.length > 0) return stacks;
  throw new OpsError(
    `${file ?? '.latchkey'} notes no stack: "${serve}" notes one while it runs, "${deploy}" when it is done. Or name the stack by --table, --secret and --assertion-secret.`,
  );
}

function localFiles(): readonly string[] {
  if (!existsSync(LOCAL_FOLDER)) return [];
  return readdirSync(LOCAL_FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(LOCAL_FOLDER, name));
}

/** Whether the process of a local stack lives: one that was killed has left its note. */
function isThere({ ProcessId }: Outputs): boolean {
  if (ProcessId === undefined) return true;
  try {
    return process.kill(Number(ProcessId), 0);
  } catch (error) {
    // Somebody else's process lives, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readOutputs(file: string): Readonly<Record<string, Outputs>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new OpsError(
      `${file} cannot be read (${(error as Error).message}). Name another by --outputs, or the stack by --table, --secret and --assertion-secret.`,
    );
  }
}
