import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { IDomainName, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Upstream } from '../lambdas/contract/upstream.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';
import { ApiDomain } from './api-domain.ts';
import { corsOf } from './cors-fields.ts';
import { EveryMinute } from './every-minute.ts';
import { FactorKey } from './factor-key.ts';
import { FrontDoor } from './front-door.ts';
import type { FunctionName, FunctionSpec, Functions } from './function-spec.ts';
import { functionSpecs } from './functions.ts';
import { IdentityTable } from './identity-table.ts';
import { KeyStream } from './key-stream.ts';
import { KeyVault } from './key-vault.ts';
import { KeysetSecret } from './keyset-secret.ts';
import { type FunctionOptions, LatchkeyFunctions } from './latchkey-functions.ts';
import { Ledger } from './ledger.ts';
import { Monitoring } from './monitoring.ts';
import { metricsNamespace, type OwnNames } from './names.ts';
import { ProviderSecrets } from './provider-secrets.ts';
import { basePathOf, reservedConcurrencyOf, type Settings, tokenSettings, wafLimitsOf } from './settings.ts';
import { vpcsOf } from './upstream-fields.ts';
import { UsagePlans } from './usage-plans.ts';
import { Waf } from './waf.ts';

export interface SystemOptions extends Settings {
  readonly names: OwnNames;
  /** Every method of the API. */
  readonly rows: readonly ApiRow[];
  readonly upstreams: readonly Upstream[];
  /** Where the bundle of each folder in `lambdas/functions` is. */
  readonly bundles: Readonly<Record<string, string>>;
  readonly functionOptions: FunctionOptions;
  /** The domain name of the app that the API is mapped to, where `domain` makes none. */
  readonly mountOn?: IDomainName | undefined;
  /** The topic that alarms tell. */
  readonly alarmTopic: ITopic | undefined;
}

/** The parts of a Latchkey that others ask for. */
export interface System {
  readonly table: IdentityTable;
  readonly keyset: KeysetSecret;
  readonly frontDoor: FrontDoor;
  readonly authorizer: RequestAuthorizer;
  readonly usagePlans: UsagePlans;
  readonly specs: Functions<FunctionSpec>;
  readonly functions: LatchkeyFunctions;
  readonly issuers: readonly string[];
  /** By their names, which begin their logical ids. */
  readonly outputs: Readonly<Record<string, CfnOutput>>;
}

/** Makes every part of a Latchkey, as children of the construct. */
export function createSystem(scope: Construct, options: SystemOptions): System {
  const { config, profile, rows, upstreams, names } = options;
  const { removalPolicy, encryptionKey, logRetention } = options.functionOptions;
  const isStandby = config.regionRole === 'standby';
  const kept = { removalPolicy };
  const encrypted = encryptionKey === undefined ? {} : { encryptionKey };
  const logged = { ...kept, ...encrypted, logRetention };

  const table = new IdentityTable(scope, 'Identity', {
    ...kept,
    ...encrypted,
    restoredStreamArn: config.restoredTableStreamArn,
  });
  const ledger = new Ledger(scope, 'Ledger', { ...kept, ...encrypted });
  const keyset = new KeysetSecret(scope, 'Keyset', {
    ...kept,
    ...encrypted,
    description: 'Keys that sign tokens: current, next and retired ones',
    variable: 'KEYSET_SECRET_ARN',
  });
  const assertions = new KeysetSecret(scope, 'Assertions', {
    ...kept,
    ...encrypted,
    description: 'Keys that sign assertions for the upstream: current, next and retired ones',
    variable: 'ASSERTION_SECRET_ARN',
  });
  const frontDoor = new FrontDoor(scope, 'FrontDoor', {
    ...logged,
    name: names.name,
    profile,
    rows,
    upstreams,
    stageName: config.stage,
    domain: config.domain === null ? null : config.domain.name + basePathOf(config),
    servesStageUrl: config.domain?.alsoServeStageUrl ?? false,
    cors: corsOf(config),
    contextHeaders: config.gatewayContextHeaders,
    challengesFromContext: config.challenges === 'context',
  });
  const { stage } = frontDoor;
  if (config.domain !== null) {
    const { mountOn } = options;
    new ApiDomain(scope, 'Domain', { domain: config.domain, mountOn, stage });
  }
  const usagePlans = new UsagePlans(scope, 'UsagePlans', {
    ...names,
    stage,
    tiers: config.tiers,
    sandbox: config.sandbox,
  });
  const vault = config.revealApiKey ? new KeyVault(scope, 'Vault', kept) : null;
  const specs = functionSpecs(profile, {
    acceptsHs256: tokenSettings(config, profile).acceptsHs256,
    hasProviders: config.identityProviders.length > 0,
    mailIdentity: config.mail.identity,
    upstreams,
    vpcs: vpcsOf(config),
  });
  const providerSecrets = new ProviderSecrets(scope, 'ProviderSecrets', {
    ...kept,
    ...encrypted,
    providers: config.identityProviders,
  });
  const issuers = [...frontDoor.urls, ...config.tokens.previousIssuers];
  const namespace = metricsNamespace(names);
  const functions = new LatchkeyFunctions(scope, 'Functions', {
    ...options.functionOptions,
    specs,
    bundles: options.bundles,
    reservedConcurrency: reservedConcurrencyOf(config),
    provisionedConcurrency: config.provisionedConcurrency,
    isStandby,
    table,
    keyset,
    assertions,
    usagePlans,
    ledger,
    vault,
    factorKey: new FactorKey(scope, 'Factors', kept),
    providerSecrets,
    traces: config.traces,
    metricsNamespace: namespace,
    variables: {
      ISSUER: frontDoor.url,
      ACCEPTED_ISSUERS: issuers.join(' '),
      USAGE_KEYS: usagePlans.keys,
    },
  });
  const { byName } = functions;

  const authorizer = frontDoor.serve(byName);
  const limits = wafLimitsOf(config);
  const waf =
    limits === null
      ? {}
      : { waf: new Waf(scope, 'Waf', { ...names, stage, rows, profile, cors: corsOf(config), limits }) };
  if (isStandby) for (const secret of [keyset, assertions]) secret.standBy();
  else {
    const rotation = Duration.days(config.rotationDays);
    keyset.rotateWith(byName.rotation, rotation);
    // What signs by the new secret waits until its first rotation has begun.
    const schedule = assertions.rotateWith(byName.rotation, rotation);
    for (const [name, { lambda }] of Object.entries(byName))
      if (signsAssertions(specs[name as FunctionName] ?? {})) lambda.node.addDependency(schedule);
  }
  // For so long a usage key that was deleted by hand is a 403 for its tenant. A run that finds nothing makes a dozen calls.
  new EveryMinute(scope, 'UsageKeyReconciler', {
    target: byName.reconciler,
    description: 'Gives tenants usage keys of their own',
    isCalled: !isStandby,
  });
  // The stream tells it of each mail that is queued; this is for what it could not send at once, or was not told of.
  new EveryMinute(scope, 'Mailer', {
    target: byName.mailer,
    description: 'Tries mails again that could not be sent',
    isCalled: !isStandby,
  });
  const keyStream = new KeyStream(scope, 'KeyStream', {
    ...kept,
    ...encrypted,
    table,
    consumer: byName.stream,
    counter: byName.usage,
    isRead: !isStandby,
    followsFirstUses: rows.some((row) => row.kind === 'route' && row.route.id === 'signUp'),
  });

  new Monitoring(scope, 'Monitoring', {
    name: names.name,
    namespace,
    stage,
    table: table.table,
    functions: byName,
    revealsKeys: config.revealApiKey,
    observesRules: (config.upstream?.scopes ?? []).some(({ observeUntil }) => observeUntil !== undefined),
    failures: keyStream.failures,
    usageKeys: config.usageKeys,
    rotationDays: config.rotationDays,
    backupHours: config.backupHours,
    ...waf,
    ...(options.alarmTopic === undefined ? {} : { topic: options.alarmTopic }),
    isStandby,
  });

  const values = {
    ApiUrl: frontDoor.url,
    ApiId: frontDoor.api.restApiId,
    TableName: table.table.tableName,
    LedgerTableName: ledger.table.tableName,
    // For `npm run ops -- operator add`, which takes it from no other place.
    ...(config.operators ? { Operators: 'true' } : {}),
    UsageKeyPrefix: usagePlans.prefix,
    KeysetSecretArn: keyset.secret.secretArn,
    AssertionSecretArn: assertions.secret.secretArn,
  };
  const outputs = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, new CfnOutput(scope, name, { value })]),
  );
  return { table, keyset, frontDoor, authorizer, usagePlans, specs, functions, issuers, outputs };
}

/** Whether a function signs by the assertions' secret; whoever rotates it does not. */
function signsAssertions({ assertions = [] }: Pick<FunctionSpec, 'assertions'>): boolean {
  return assertions.length === 1 && assertions[0] === 'GetSecretValue';
}
