import { describe, expect, test } from 'vitest';
import type { AwsCall } from '../../local/aws-endpoint.ts';
import { dynamodbAccesses } from '../../local/iam/accesses.ts';
import { evaluate, Statement, type StatementDocument } from '../../local/iam/policy.ts';
import { startStack } from '../../local/stack.ts';
import { awsCaller } from './aws-caller.ts';
import { synthesizeFixture } from './fixture/app.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/T';
const LEADING = 'dynamodb:LeadingKeys';

const decide = (document: StatementDocument | StatementDocument[], keys: string[], action = 'GetItem') =>
  evaluate(
    [document].flat().map((each) => new Statement(each, 'a policy')),
    {
      action: `dynamodb:${action}`,
      resource: TABLE,
      conditionKeys: keys.length === 0 ? {} : { [LEADING]: keys },
    },
  ).decision;

const allow = (more: StatementDocument = {}): StatementDocument => ({
  Effect: 'Allow',
  Action: 'dynamodb:GetItem',
  Resource: TABLE,
  ...more,
});
const forAll = (...patterns: string[]) =>
  allow({ Condition: { 'ForAllValues:StringLike': { [LEADING]: patterns } } });

describe('a policy', () => {
  test.each<[string, StatementDocument | StatementDocument[], string[], string]>([
    ['allows what it names', allow(), ['a'], 'allowed'],
    ['does not allow another action', allow({ Action: 'dynamodb:PutItem' }), [], 'not allowed'],
    ['does not allow another resource', allow({ Resource: `${TABLE}2` }), [], 'not allowed'],
    ['compares actions without their case', allow({ Action: 'DynamoDB:getitem' }), [], 'allowed'],
    ['takes one of its patterns for a key', forAll('USER#*', 'KEY#*'), ['KEY#1'], 'allowed'],
    ['wants every key to match', forAll('USER#*'), ['USER#1', 'KEY#1'], 'not allowed'],
    ['holds of no key at all with ForAllValues', forAll('USER#*'), [], 'allowed'],
    [
      'does not hold of no key with the plain operator',
      allow({ Condition: { StringEquals: { [LEADING]: 'a' } } }),
      [],
      'not allowed',
    ],
    ['denies before it allows', [allow(), allow({ Effect: 'Deny' })], [], 'explicitly denied'],
  ])('%s', (_, document, keys, decision) => {
    expect(decide(document, keys)).toBe(decision);
  });

  test.each<[string, object]>([
    ['another operator', { Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } }],
    ['another key', { Condition: { StringEquals: { 'aws:SourceIp': '1.2.3.4' } } }],
    ['NotAction', { NotAction: 'dynamodb:*' }],
  ])('with %s is refused, never ignored', (_, more) => {
    expect(() => new Statement(allow(more), 'a policy')).toThrow('not emulated');
  });
});

describe('a scan', () => {
  const policy = allow({
    Action: 'dynamodb:Scan',
    Condition: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['PK', 'name'] },
      StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  });
  const decision = (input: object) => {
    const call = {
      service: 'DynamoDB_20120810',
      action: 'Scan',
      path: '/',
      contentType: '',
      isAsynchronous: false,
    };
    const body = Buffer.from(JSON.stringify({ TableName: 'T', ...input }));
    const [access] = dynamodbAccesses({ ...call, accessKeyId: 'x', body }, () => 'PK');
    return access && evaluate([new Statement(policy, 'a policy')], access).decision;
  };
  const named = { Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: 'PK, #n' };

  test.each<[string, object, string]>([
    [
      'of the attributes that it may name',
      { ...named, ExpressionAttributeNames: { '#n': 'name' } },
      'allowed',
    ],
    ['of another attribute', { ...named, ExpressionAttributeNames: { '#n': 'hash' } }, 'not allowed'],
    [
      'that filters by another attribute',
      {
        Select: 'SPECIFIC_ATTRIBUTES',
        ProjectionExpression: 'PK',
        FilterExpression: 'begins_with(hash, :x) AND PK = :y',
      },
      'not allowed',
    ],
    ['of all attributes', {}, 'not allowed'],
    ['that does not say that it names them', { ProjectionExpression: 'PK' }, 'not allowed'],
  ])('%s', (_, input, expected) => {
    expect(decision(input)).toBe(expected);
  });
});

describe('a call of DynamoDB', () => {
  const of = (action: string, input: object) =>
    dynamodbAccesses(
      {
        accessKeyId: 'x',
        service: 'DynamoDB_20120810',
        action,
        path: '/',
        body: Buffer.from(JSON.stringify(input)),
        contentType: '',
        isAsynchronous: false,
      } satisfies AwsCall,
      (_table, index) => (index === undefined ? 'PK' : 'GPK'),
    ).map(({ action: right, resource, conditionKeys }) => [
      right,
      resource.split(':').at(-1),
      conditionKeys[LEADING] ?? [],
    ]);
  const item = (PK: string) => ({ PK: { S: PK }, SK: { S: 'x' } });

  test('that is a transaction takes the rights of its parts', () => {
    const TransactItems = [
      { Put: { TableName: 'T', Item: item('a') } },
      { Update: { TableName: 'T', Key: item('b') } },
      { Delete: { TableName: 'T', Key: item('c') } },
      { ConditionCheck: { TableName: 'T', Key: item('d') } },
    ];
    expect(of('TransactWriteItems', { TransactItems })).toEqual([
      ['dynamodb:PutItem', 'table/T', ['a']],
      ['dynamodb:UpdateItem', 'table/T', ['b']],
      ['dynamodb:DeleteItem', 'table/T', ['c']],
      ['dynamodb:ConditionCheckItem', 'table/T', ['d']],
    ]);
  });

  test('that is a batch has the keys of all of it', () => {
    expect(of('BatchGetItem', { RequestItems: { T: { Keys: [item('a'), item('b')] } } })).toEqual([
      ['dynamodb:BatchGetItem', 'table/T', ['a', 'b']],
    ]);
    const writes = [{ PutRequest: { Item: item('a') } }, { DeleteRequest: { Key: item('b') } }];
    expect(of('BatchWriteItem', { RequestItems: { T: writes } })).toEqual([
      ['dynamodb:BatchWriteItem', 'table/T', ['a', 'b']],
    ]);
  });

  test('that is a query has the key of its partition, of an index too', () => {
    const query = {
      TableName: 'T',
      KeyConditionExpression: 'begins_with(SK, :s) AND #p = :p',
      ExpressionAttributeNames: { '#p': 'PK' },
      ExpressionAttributeValues: { ':p': { S: 'a' }, ':s': { S: 'b' } },
    };
    expect(of('Query', query)).toEqual([['dynamodb:Query', 'table/T', ['a']]]);
    const byIndex = { ...query, IndexName: 'I', ExpressionAttributeNames: { '#p': 'GPK' } };
    expect(of('Query', byIndex)).toEqual([['dynamodb:Query', 'table/T/index/I', ['a']]]);
  });

  test('of an action that nobody has thought about is refused', () => {
    expect(() => of('ExecuteStatement', {})).toThrow('does not know which rights');
  });
});

describe('a caller', () => {
  test('that nobody knows is refused by every service', async () => {
    const stack = await startStack({ assemblyDir: synthesizeFixture(), log: null });
    try {
      const dynamodb = awsCaller(stack.dynamodbEndpoint, 'DynamoDB_20120810', 'stranger');
      const secrets = awsCaller(stack.secretsEndpoint, 'secretsmanager', 'stranger');
      await expect(dynamodb('ListTables', {})).rejects.toThrow('UnrecognizedClientException');
      await expect(secrets('GetSecretValue', {})).rejects.toThrow('UnrecognizedClientException');
    } finally {
      await stack.stop();
    }
  });
});
