import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { holds, KINDS } from '../../lambdas/ledger/kinds.ts';
import { loadSettings } from '../../lib/settings.ts';
import { compileFilters } from '../../local/dynamodb/event-pattern.ts';
import recorded from './logical-ids.json' with { type: 'json' };
import { propertiesOf, stackOf, templateOf } from './synth.ts';

let development: Template;
let production: Template;

beforeAll(async () => {
  development = await templateOf({ profile: 'default' });
  production = await templateOf({ profile: 'memgraph', environment: 'production' });
});

describe('the table', () => {
  it('expires records, streams both images and can be restored to any second', () => {
    development.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  });

  it('is not protected by the template, so that a first deployment that fails can be taken back', () => {
    for (const template of [development, production])
      template.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: Match.absent() });
  });
});

describe('table, signing keys, logs and the records that the stream could not bring', () => {
  const kept = [
    'AWS::DynamoDB::Table',
    'AWS::SecretsManager::Secret',
    'AWS::Logs::LogGroup',
    'AWS::SQS::Queue',
  ];
  const policies = (template: Template, type: string) =>
    Object.values(template.findResources(type)).map(
      ({ DeletionPolicy, UpdateReplacePolicy }) => `${DeletionPolicy}, ${UpdateReplacePolicy}`,
    );

  it.each(kept)('%s: in production it outlives the stack, but not a first deployment that fails', (type) => {
    expect(new Set(policies(production, type))).toEqual(new Set(['RetainExceptOnCreate, Retain']));
  });

  it.each(kept)('%s: in development it goes with the stack', (type) => {
    expect(new Set(policies(development, type))).toEqual(new Set(['Delete, Delete']));
  });

  it('go with no stack that is deleted by mistake: in production it has termination protection', async () => {
    const protectedIn = async (environment: string) => (await stackOf({ environment })).terminationProtection;
    expect(await protectedIn('production')).toBe(true);
    expect(await protectedIn('development')).toBe(false);
  });
});

describe('the signing keys', () => {
  it('start with a value that never changes: CloudFormation would write another over the live keys', () => {
    for (const template of [development, production]) {
      const secrets = propertiesOf(template, 'AWS::SecretsManager::Secret');
      expect(secrets).toHaveLength(2);
      for (const { SecretString, GenerateSecretString } of secrets)
        expect({ SecretString, GenerateSecretString }).toEqual({ SecretString: '{}' });
    }
  });

  it('are made at deploy and rotated by schedule', () => {
    const schedules = propertiesOf(development, 'AWS::SecretsManager::RotationSchedule');
    expect(schedules).toHaveLength(2);
    for (const schedule of schedules)
      expect(schedule).toMatchObject({
        RotateImmediatelyOnUpdate: true,
        RotationRules: { AutomaticallyAfterDays: 30 },
      });
  });

  it.each(['^KeysetSecret', '^AssertionsSecret'])(
    'can be rotated by Secrets Manager for the secret %s of this account only',
    (secret) => {
      development.hasResourceProperties('AWS::Lambda::Permission', {
        Principal: 'secretsmanager.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn: { Ref: Match.stringLikeRegexp(secret) },
      });
    },
  );

  it('are read by who signs with them, each use by its own, and only the rotation reads both', () => {
    for (const template of [development, production]) {
      const readers = (secret: string) =>
        propertiesOf(template, 'AWS::IAM::Policy')
          .filter(({ PolicyDocument }) =>
            PolicyDocument.Statement.some(
              ({
                Action,
                Resource,
              }: {
                Action: string | string[];
                Resource: { Ref?: string } | { Ref?: string }[];
              }) =>
                [Action].flat().includes('secretsmanager:GetSecretValue') &&
                [Resource].flat().some(({ Ref }) => Ref?.startsWith(secret)),
            ),
          )
          .map(({ PolicyName }) => /^Functions([a-z-]+)/.exec(PolicyName)?.[1])
          .sort();
      // HS256, in the profile of the second: the authorizer verifies by the secret that signs.
      const verifiers = template === production ? ['authorizer'] : [];
      expect(readers('KeysetSecret')).toEqual(['accounts', ...verifiers, 'rotation', 'tokens']);
      expect(readers('AssertionsSecret')).toEqual(['forwarder', 'rotation']);
    }
  });
});

describe('every function', () => {
  it('runs on Node 24 and arm64, is traced, and has a log with a retention', () => {
    const functions = propertiesOf(development, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(14);
    for (const fn of functions) {
      expect(fn).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
    }
    for (const log of propertiesOf(development, 'AWS::Logs::LogGroup')) expect(log.RetentionInDays).toBe(30);
  });
});

describe('the authorizer', () => {
  const rights = (template: Template, action: string) =>
    propertiesOf(template, 'AWS::IAM::Policy')
      .filter((policy) => policy.PolicyName.startsWith('Functionsauthorizer'))
      .flatMap((policy) => policy.PolicyDocument.Statement)
      .filter((statement) => [statement.Action].flat().includes(action));
  const leading = (...keys: string[]) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } });

  it('writes keys and sessions only', () => {
    expect(rights(development, 'dynamodb:UpdateItem')).toMatchObject([
      { Condition: leading('KEY#*', 'SESSION#*') },
    ]);
  });

  it('reads the facts of tenants and of the deployment only', () => {
    expect(rights(development, 'dynamodb:BatchGetItem')).toMatchObject([
      { Condition: leading('TENANT#*', 'CONTROL') },
    ]);
  });

  it('reads the secret only where tokens are signed with one that both sides share', () => {
    expect(rights(development, 'secretsmanager:GetSecretValue')).toHaveLength(0);
    expect(rights(production, 'secretsmanager:GetSecretValue')).toHaveLength(1);
  });
});

describe('the function that fetches metadata documents of OAuth clients', () => {
  it('may write its log and its traces and nothing else, and is in no network of ours', () => {
    for (const template of [development, production]) {
      const policies = propertiesOf(template, 'AWS::IAM::Policy').filter(({ PolicyName }) =>
        PolicyName.startsWith('Functionsfetcher'),
      );
      const actions = policies.flatMap(({ PolicyDocument }) =>
        PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action),
      );
      expect(actions.sort()).toEqual([
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ]);
      const [fetcher] = propertiesOf(template, 'AWS::Lambda::Function').filter(({ Description }) =>
        Description.startsWith('Fetches the metadata'),
      );
      expect(Object.keys(fetcher.Environment.Variables)).toEqual(['METRICS_NAMESPACE']);
      expect(fetcher.VpcConfig).toBeUndefined();
    }
  });
});

describe('reserved concurrency', () => {
  /** Instances that functions have for themselves, by the beginning of their descriptions. */
  const reserved = (template: Template) =>
    Object.fromEntries(
      propertiesOf(template, 'AWS::Lambda::Function').flatMap(
        ({ Description, ReservedConcurrentExecutions: instances }) =>
          instances === undefined ? [] : [[Description, instances]],
      ),
    );

  it('is asked of no new account: in development nothing is reserved', () => {
    expect(reserved(development)).toEqual({});
  });

  it('is a bulkhead for the authorizer and a ceiling for logins and passwords in production', () => {
    expect(reserved(production)).toEqual({
      'Decides every request that takes a credential': 200,
      'Onboarding, login, and second factors': 10,
      'The people of a tenant, their passwords and their own accounts': 5,
    });
  });

  it.each([
    ['development', { authorizer: 30 }, [30, 10, 5]],
    ['production', null, []],
  ])('in %s is what the configuration says: %j', async (environment, reservedConcurrency, instances) => {
    const template = await templateOf({ environment, config: { reservedConcurrency } });
    expect(Object.values(reserved(template))).toEqual(instances);
  });
});

/** The end of the reconciler's run: by it the dead man's switches of both readers are held. */
const RUN_ENDS = {
  dynamodb: { Keys: { SK: { S: ['RECONCILER'] } }, NewImage: { leasedUntil: { N: ['0'] } } },
};

describe('the ledger', () => {
  const actionsOn = (table: string) =>
    propertiesOf(development, 'AWS::IAM::Policy').flatMap(({ PolicyName, PolicyDocument }) =>
      PolicyDocument.Statement.filter(({ Resource }: { Resource: unknown }) =>
        JSON.stringify(Resource).includes(table),
      ).map(({ Action }: { Action: string | string[] }) => [PolicyName, [Action].flat()]),
    );

  it('is added to by the follower of the stream, and read or emptied by no function', () => {
    const [[policy, actions], ...others] = actionsOn('LedgerTable');
    expect(policy).toMatch(/^Functionsstream/);
    expect(actions).toEqual(['dynamodb:PutItem']);
    expect(others).toEqual([]);
  });

  it('has a place in the filter for every kind that it keeps', () => {
    const [mapping] = propertiesOf(development, 'AWS::Lambda::EventSourceMapping');
    const wanted = mapping.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) =>
      compileFilters([Pattern]),
    );
    const keys: Readonly<Record<string, [string, string]>> = {
      key: ['KEY#x', 'KEY'],
      session: ['SESSION#x', 'SESSION'],
      person: ['TENANT#t', 'USER#u'],
      password: ['EMAIL#e', 'EMAIL'],
      identity: ['IDENTITY#h', 'IDENTITY'],
      factors: ['USER#u', 'FACTORS'],
      passkey: ['PASSKEY#p', 'PASSKEY'],
      app: ['USER#u', 'APP#a'],
      client: ['CLIENT#c', 'CLIENT'],
      'signing-key': ['CONTROL', 'CONTROL'],
      tenant: ['TENANT#t', 'TENANT'],
    };
    for (const kind of KINDS) {
      const { name } = kind;
      const [PK = '', SK = ''] = keys[name] ?? [];
      expect(holds(kind, PK, SK), name).toBe(true);
      const Keys = { PK: { S: PK }, SK: { S: SK } };
      // A change of a hot record has its note.
      const NewImage = { ...Keys, chg: { M: { what: { S: 'x' } } } };
      const record = { eventName: 'MODIFY', dynamodb: { Keys, OldImage: Keys, NewImage } };
      expect(
        wanted.some((wants: (each: unknown) => boolean) => wants(record)),
        name,
      ).toBe(true);
    }
  });
});

describe('a restored table', () => {
  it('takes the place of the stack’s own, which stays', async () => {
    const table = 'arn:aws:dynamodb:eu-central-1:111122223333:table/Old-restored-20261127120000';
    const restoredTableStreamArn = `${table}/stream/2026-11-27T13:00:00.000`;
    const template = await templateOf({ config: { restoredTableStreamArn } });
    const [own] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    expect(own).toBe('IdentityTableE9A3D52B');
    for (const { EventSourceArn } of propertiesOf(template, 'AWS::Lambda::EventSourceMapping'))
      expect(EventSourceArn).toBe(restoredTableStreamArn);
    const functions = propertiesOf(template, 'AWS::Lambda::Function');
    for (const { Environment } of functions.filter((each) => each.Environment?.Variables.TABLE_NAME))
      expect(Environment.Variables.TABLE_NAME).toBe('Old-restored-20261127120000');
    const { IdentityTableE9A3D52B: _, ...others } = template.toJSON().Resources;
    expect(JSON.stringify(others)).not.toContain('IdentityTableE9A3D52B');
    await expect(loadSettings({ config: { restoredTableStreamArn } }, 'us-east-1')).rejects.toThrow(
      'restoredTableStreamArn: the table is in eu-central-1, and the stack goes to us-east-1',
    );
  });
});

describe("the table's stream", () => {
  it('brings what begins, ends and leaves use and no decisions, halves what fails and sets it aside', () => {
    const [mapping] = propertiesOf(development, 'AWS::Lambda::EventSourceMapping');
    expect(mapping).toMatchObject({
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 82_800,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(mapping.DestinationConfig.OnFailure.Destination).toBeDefined();
    expect(
      mapping.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern)),
    ).toEqual([
      {
        eventName: ['INSERT', 'REMOVE'],
        dynamodb: { Keys: { SK: { S: ['KEY', 'TENANT', { prefix: 'MAIL#' }] } } },
      },
      { dynamodb: { NewImage: { chg: { M: { what: { S: [{ exists: true }] } } } } } },
      {
        dynamodb: {
          Keys: {
            SK: {
              S: [
                { prefix: 'USER#' },
                { prefix: 'APP#' },
                'EMAIL',
                'IDENTITY',
                'FACTORS',
                'PASSKEY',
                'CLIENT',
                'CONTROL',
                'TENANT',
              ],
            },
          },
        },
      },
      RUN_ENDS,
    ]);
  });
});

describe('the uses of keys', () => {
  it('come to a function of their own, gathered for a minute, and are set aside where the others are', () => {
    const [, mapping] = propertiesOf(development, 'AWS::Lambda::EventSourceMapping');
    expect(mapping).toMatchObject({
      BatchSize: 2500,
      MaximumBatchingWindowInSeconds: 60,
      // One reader falls behind a shard whose uses are of as many tenants (docs/scale.md).
      ParallelizationFactor: 2,
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 82_800,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(mapping.DestinationConfig.OnFailure.Destination).toBeDefined();
    expect(
      mapping.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern)),
    ).toEqual([
      {
        eventName: ['MODIFY'],
        dynamodb: { Keys: { SK: { S: ['KEY'] } }, NewImage: { n: { N: [{ exists: true }] } } },
      },
      RUN_ENDS,
    ]);
  });

  it('are the second and last reader of the stream', () => {
    for (const template of [development, production])
      expect(propertiesOf(template, 'AWS::Lambda::EventSourceMapping')).toHaveLength(2);
  });
});

describe('the template', () => {
  it('has null nowhere, which CloudFormation refuses', () => {
    for (const template of [development, production])
      expect(JSON.stringify(template.toJSON()).match(/.{0,60}[:,[]null\b/g)).toBeNull();
  });

  it('stays below 460 resources and 900 KB', () => {
    const template = production.toJSON();
    expect(Object.keys(template.Resources).length).toBeLessThan(460);
    expect(Buffer.byteLength(JSON.stringify(template, undefined, 1))).toBeLessThan(900_000);
  });

  it('says how to try it, in three commands', () => {
    expect(development.toJSON().Metadata.Latchkey.try).toEqual([
      'curl $URL/health',
      expect.stringMatching(/^curl -X POST \$URL\/v1\/auth\/onboard /),
      'curl $URL/v1/stats -H "X-API-Key: $KEY"',
    ]);
  });

  it('puts out where things are', () => {
    expect(Object.keys(development.toJSON().Outputs)).toEqual([
      'ApiUrl',
      'ApiId',
      'TableName',
      'LedgerTableName',
      'UsageKeyPrefix',
      'KeysetSecretArn',
      'AssertionSecretArn',
    ]);
  });

  /** What CloudFormation would delete and make anew if a logical id changed. */
  const STATEFUL: Readonly<Record<string, string>> = {
    'AWS::DynamoDB::Table': 'every tenant, person and key',
    'AWS::SecretsManager::Secret': 'the signing keys, and with them every session',
    'AWS::ApiGateway::RestApi': 'the URL that every client calls',
    'AWS::ApiGateway::ApiKey': 'the usage key that tenants share, for as long as a new one takes to work',
    'AWS::SQS::Queue': 'the records that could not be handled',
    'AWS::Logs::LogGroup': 'a log',
  };

  it.each(['development', 'production'])(
    'keeps the logical ids of what would be lost (%s)',
    (environment) => {
      const { Resources } = (environment === 'production' ? production : development).toJSON();
      const ids = Object.fromEntries(
        Object.keys(STATEFUL).map((type) => [
          type,
          Object.keys(Resources)
            .filter((id) => Resources[id].Type === type)
            .sort(),
        ]),
      );
      for (const [type, known] of Object.entries(recorded)) {
        const lost = known.filter((id) => !ids[type]?.includes(id));
        expect(lost, `A deployment would delete ${STATEFUL[type]}: ${lost.join(', ')}`).toEqual([]);
      }
      expect(ids, 'New: record it in test/lib/logical-ids.json').toEqual(recorded);
    },
  );
});
