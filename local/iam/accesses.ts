import { type AwsCall, AwsError } from '../aws-endpoint.ts';
import { arn, REGION } from '../cloudformation/identities.ts';
import type { Access } from './policy.ts';

/** The partition key attribute of a table, or of one of its indexes. */
export type PartitionKeyOf = (table: string, index?: string) => string | undefined;

type Key = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Input {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Key;
  readonly Item?: Key;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly Select?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Key;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly TransactItems?: readonly Readonly<Record<string, Input>>[];
}

/** The actions of a transaction's parts (DynamoDB developer guide, transaction-apis-iam). */
const PARTS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

/** The attributes that a scan names, and what it selects (DynamoDB developer guide, "Using IAM policy conditions"). */
function scanned({
  Select,
  ProjectionExpression = '',
  FilterExpression = '',
  ExpressionAttributeNames = {},
}: Input): Access['conditionKeys'] {
  const expressions = `${ProjectionExpression} ${FilterExpression}`;
  const named = Array.from(
    expressions.matchAll(/(?<![:\w])#?[A-Za-z]\w*(?!\w*\()/g),
    ([name]) => name,
  ).filter((name) => !/^(AND|OR|NOT|IN|BETWEEN)$/.test(name));
  const attributes = named.map((name) => ExpressionAttributeNames[name] ?? name);
  return {
    ...(attributes.length === 0 ? {} : { 'dynamodb:Attributes': [...new Set(attributes)] }),
    ...(Select === undefined ? {} : { 'dynamodb:Select': [Select] }),
  };
}

/** The accesses of a DynamoDB call, as IAM sees it. Throws an `AwsError` for an action that is not known here. */
export function dynamodbAccesses(call: AwsCall, partitionKeyOf: PartitionKeyOf): readonly Access[] {
  const input = JSON.parse(call.body.toString('utf8') || '{}') as Input;
  const access = (action: string, { TableName = '', IndexName }: Input, leadingKeys: readonly string[]) => ({
    action: `dynamodb:${action}`,
    resource: tableArn(TableName, IndexName),
    conditionKeys: leadingKeys.length === 0 ? {} : { 'dynamodb:LeadingKeys': leadingKeys },
  });
  const keyOf = (TableName: string, item: Key | undefined): string[] => {
    const value = item?.[partitionKeyOf(tableName(TableName)) ?? ''];
    return value === undefined ? [] : [Object.values(value)[0] ?? ''];
  };
  const one = (action: string, part: Input): Access =>
    access(action, part, keyOf(part.TableName ?? '', part.Key ?? part.Item));

  switch (call.action) {
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [one(call.action, input)];
    case 'BatchGetItem':
      return Object.entries(input.RequestItems ?? {}).map(([TableName, request]) => {
        const { Keys = [] } = request as { Keys?: readonly Key[] };
        return access(
          call.action,
          { TableName },
          Keys.flatMap((key) => keyOf(TableName, key)),
        );
      });
    case 'BatchWriteItem':
      return Object.entries(input.RequestItems ?? {}).map(([TableName, requests]) => {
        const writes = requests as readonly { PutRequest?: Input; DeleteRequest?: Input }[];
        const keys = writes.flatMap(({ PutRequest, DeleteRequest }) =>
          keyOf(TableName, PutRequest?.Item ?? DeleteRequest?.Key),
        );
        return access(call.action, { TableName }, keys);
      });
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return (input.TransactItems ?? []).flatMap((item) =>
        Object.entries(item).map(([part, detail]) => one(PARTS[part] ?? part, detail)),
      );
    case 'Query':
      return [access('Query', input, queriedKeys(input, partitionKeyOf))];
    case 'Scan':
      return [{ ...access('Scan', input, []), conditionKeys: scanned(input) }];
    case 'DescribeTable':
    case 'DescribeTimeToLive':
      return [access(call.action, input, [])];
    default:
      throw notKnown(call);
  }
}

/** The accesses of a Secrets Manager call: its actions are its rights. `arnOf` gives the ARN of a secret's name or ARN. */
export function secretAccesses(call: AwsCall, arnOf: (secretId: string) => string): readonly Access[] {
  const { SecretId, Name } = JSON.parse(call.body.toString('utf8') || '{}') as {
    SecretId?: string;
    Name?: string;
  };
  const resource = SecretId === undefined ? arn('secretsmanager', `secret:${Name ?? '*'}`) : arnOf(SecretId);
  return [{ action: `secretsmanager:${call.action}`, resource, conditionKeys: {} }];
}

/**
 * The accesses of a call of API Gateway's control plane: its rights are the methods of HTTP, on ARNs that are paths without an
 * account (Service authorization reference, "Amazon API Gateway Management").
 */
export function apiGatewayAccesses({ action, path }: AwsCall): readonly Access[] {
  const resource = `arn:aws:apigateway:${REGION}::${path.split('?')[0]}`;
  return [{ action: `apigateway:${action}`, resource, conditionKeys: {} }];
}

/** The access of a call of KMS: each member of the encryption context is a condition key. */
export function kmsAccesses({ action, body }: AwsCall): readonly Access[] {
  const { KeyId = '*', EncryptionContext = {} } = JSON.parse(body.toString('utf8') || '{}') as {
    KeyId?: string;
    EncryptionContext?: Readonly<Record<string, string>>;
  };
  const conditionKeys = Object.fromEntries(
    Object.entries(EncryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, [value]]),
  );
  return [{ action: `kms:${action}`, resource: KeyId, conditionKeys }];
}

/** The access of a call of Lambda: only invocations are served here. */
export function lambdaAccesses({ path }: AwsCall): readonly Access[] {
  const name = invokedFunction(path);
  const resource = name.startsWith('arn:') ? name : arn('lambda', `function:${name}`);
  return [{ action: 'lambda:InvokeFunction', resource, conditionKeys: {} }];
}

/** The accesses of which a call of SES takes one: as the sender's domain, or as its address. */
export function sesAccesses({ body }: AwsCall): readonly [Access, Access] {
  const { FromEmailAddress = '' } = JSON.parse(body.toString('utf8')) as { FromEmailAddress?: string };
  const address = /<(.+)>$/.exec(FromEmailAddress)?.[1] ?? FromEmailAddress;
  const as = (identity: string) => ({
    action: 'ses:SendEmail',
    resource: arn('ses', `identity/${identity}`),
    conditionKeys: {},
  });
  return [as(address.split('@').at(-1) ?? ''), as(address)];
}

/** The function that the path of an invocation names (Lambda API reference, API_Invoke). */
export function invokedFunction(path: string): string {
  const [, name] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/.exec(path) ?? [];
  if (name === undefined)
    throw new AwsError(
      'UnknownOperationException',
      'The local stack serves invocations of Lambda only.',
      501,
    );
  return decodeURIComponent(name);
}

/** A Query names one partition: `PK = :pk`, perhaps with a condition on the sort key. */
function queriedKeys(input: Input, partitionKeyOf: PartitionKeyOf): string[] {
  const attribute = partitionKeyOf(tableName(input.TableName ?? ''), input.IndexName);
  for (const [, name = '', value = ''] of (input.KeyConditionExpression ?? '').matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)/g,
  )) {
    if ((input.ExpressionAttributeNames?.[name] ?? name) !== attribute) continue;
    return Object.values(input.ExpressionAttributeValues?.[value] ?? {}).slice(0, 1);
  }
  throw new AwsError('ValidationException', 'The local stack finds no partition key in the Query.');
}

function tableArn(nameOrArn: string, index: string | undefined): string {
  const table = arn('dynamodb', `table/${tableName(nameOrArn)}`);
  return index === undefined ? table : `${table}/index/${index}`;
}

function tableName(nameOrArn: string): string {
  return nameOrArn.split('/')[1] ?? nameOrArn;
}

/** An unknown action is refused. */
function notKnown({ service, action }: AwsCall): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `The local stack does not know which rights ${service}.${action} takes.`,
  );
}
