import { readFileSync } from 'node:fs';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Table } from '../lambdas/kernel/table.ts';

/** Where `npm run deploy` and `npm start` note what a stack is called. */
export const OUTPUTS_FILE = '.latchkey/outputs.json';

export interface TargetOptions {
  /** A stack of the outputs file. @default - the only one */
  readonly stack?: string | undefined;
  readonly outputs?: string | undefined;
  /** Instead of the outputs file, together with `secret`. */
  readonly table?: string | undefined;
  readonly secret?: string | undefined;
  /** Of both services, for a stack that is not on AWS. */
  readonly endpoint?: string | undefined;
}

/** The deployment that a command works on. */
export interface Target {
  readonly table: Table;
  readonly secrets: SecretsManagerClient;
  readonly secretId: string;
  readonly tableName: string;
  readonly dynamodb: DynamoDBClient;
  readonly apiGateway: APIGatewayClient;
  /** What the names of all usage keys of the stack begin with; undefined where no outputs file says it. */
  readonly usageKeyPrefix: string | undefined;
}

/** A fault that whoever runs a command can put right. */
export class OpsError extends Error {
  override readonly name = 'OpsError';
}

type Outputs = Readonly<Record<string, string>>;

/** Finds a deployment. Credentials and Region are the SDK's own, except for the local stack, which has its own. */
export function targetOf(options: TargetOptions): Target {
  const outputs = outputsOf(options);
  const { TableName, KeysetSecretArn } = outputs;
  if (TableName === undefined || KeysetSecretArn === undefined) {
    throw new OpsError('The outputs lack TableName or KeysetSecretArn. Is it a stack of ours?');
  }
  const local = outputs.LocalCredentials;
  const client = (endpoint = options.endpoint) => ({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(outputs.Region === undefined ? {} : { region: outputs.Region }),
    ...(local === undefined ? {} : { credentials: JSON.parse(local) }),
  });
  const dynamodb = new DynamoDBClient(client(outputs.DynamodbEndpoint));
  return {
    table: new Table(TableName, dynamodb),
    secrets: new SecretsManagerClient(client(outputs.SecretsEndpoint)),
    secretId: KeysetSecretArn,
    tableName: TableName,
    dynamodb,
    apiGateway: new APIGatewayClient({ ...client(outputs.ApiGatewayEndpoint), retryMode: 'adaptive' }),
    usageKeyPrefix: outputs.UsageKeyPrefix,
  };
}

function outputsOf({ stack, outputs = OUTPUTS_FILE, table, secret }: TargetOptions): Outputs {
  if (table !== undefined && secret !== undefined) return { TableName: table, KeysetSecretArn: secret };
  if (table !== undefined || secret !== undefined) throw new OpsError('--table and --secret go together.');
  const stacks = readOutputs(outputs);
  const names = Object.keys(stacks);
  const name = stack ?? (names.length === 1 ? names[0] : undefined);
  const found = name === undefined ? undefined : stacks[name];
  if (found === undefined) {
    const known = names.length === 0 ? 'notes no stack' : `notes ${names.join(', ')}: choose with --stack`;
    throw new OpsError(`${outputs} ${known}.`);
  }
  return found;
}

function readOutputs(file: string): Readonly<Record<string, Outputs>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new OpsError(
      `${file} cannot be read: "npm run deploy" and "npm start" write it. Or name the stack by --table and --secret.`,
    );
  }
}
