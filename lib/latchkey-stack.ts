import { Annotations, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { PathRule } from '../lambdas/contract/profile.ts';
import type { Upstream } from '../lambdas/contract/upstream.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';
import { ApiDomain } from './api-domain.ts';
import { corsOf } from './cors-fields.ts';
import { LOSSES } from './direct-upstreams.ts';
import { EveryMinute } from './every-minute.ts';
import { FactorKey } from './factor-key.ts';
import { firstCalls } from './first-calls.ts';
import { FrontDoor } from './front-door.ts';
import type { FunctionName, FunctionSpec } from './function-spec.ts';
import { functionSpecs } from './functions.ts';
import { IdentityTable } from './identity-table.ts';
import { KeyStream } from './key-stream.ts';
import { KeyVault } from './key-vault.ts';
import { KeysetSecret } from './keyset-secret.ts';
import { LatchkeyFunctions } from './latchkey-functions.ts';
import { Ledger } from './ledger.ts';
import { Monitoring } from './monitoring.ts';
import { ProviderSecrets } from './provider-secrets.ts';
import { reservedConcurrencyOf, type Settings, tokenSettings, wafLimitsOf } from './settings.ts';
import { upstreamsOf, vpcsOf } from './upstream-fields.ts';
import { UsagePlans } from './usage-plans.ts';
import { Waf } from './waf.ts';

export interface LatchkeyStackProps extends Settings {
  /** Every method of the API. */
  readonly rows: readonly ApiRow[];
  /** Where the bundle of each folder in `lambdas/functions` is. */
  readonly bundles: Readonly<Record<string, string>>;
}

/** The whole system: who may call, the door that asks, and what stands behind it. */
export class LatchkeyStack extends Stack {
  constructor(scope: Construct, { config, profile, rows, bundles }: LatchkeyStackProps) {
    const isProduction = config.environment === 'production';
    super(scope, config.name, {
      stackName: config.name,
      description: `The front door of ${profile.title}`,
      terminationProtection: isProduction,
    });
    const isStandby = config.regionRole === 'standby';
    const kept = {
      // Not what a failed first deployment made: it would be in the way of the second.
      removalPolicy: isProduction ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    };
    const encrypted =
      config.kmsKeyArn === null ? {} : { encryptionKey: Key.fromKeyArn(this, 'Key', config.kmsKeyArn) };
    const logged = { ...kept, ...encrypted, logRetention: config.logRetentionDays };

    const table = new IdentityTable(this, 'Identity', {
      ...kept,
      ...encrypted,
      restoredStreamArn: config.restoredTableStreamArn,
    });
    const ledger = new Ledger(this, 'Ledger', { ...kept, ...encrypted });
    const upstreams = upstreamsOf(config);
    const keyset = new KeysetSecret(this, 'Keyset', {
      ...kept,
      ...encrypted,
      description: 'Keys that sign tokens: current, next and retired ones',
      variable: 'KEYSET_SECRET_ARN',
    });
    const assertions = new KeysetSecret(this, 'Assertions', {
      ...kept,
      ...encrypted,
      description: 'Keys that sign assertions for the upstream: current, next and retired ones',
      variable: 'ASSERTION_SECRET_ARN',
    });
    const frontDoor = new FrontDoor(this, 'FrontDoor', {
      ...logged,
      profile,
      rows,
      upstreams,
      stageName: config.stage,
      domainName: config.domain?.name ?? null,
      servesStageUrl: config.domain?.alsoServeStageUrl ?? false,
      cors: corsOf(config),
      contextHeaders: config.gatewayContextHeaders,
      challengesFromContext: config.challenges === 'context',
    });
    if (config.domain !== null) {
      new ApiDomain(this, 'Domain', { domain: config.domain, stage: frontDoor.stage });
    }
    const usagePlans = new UsagePlans(this, 'UsagePlans', {
      stage: frontDoor.stage,
      name: config.name,
      keyScope: '',
      tiers: config.tiers,
      sandbox: config.sandbox,
    });
    const vault = config.revealApiKey ? new KeyVault(this, 'Vault', kept) : null;
    const specs = functionSpecs(profile, {
      acceptsHs256: tokenSettings(config, profile).acceptsHs256,
      hasProviders: config.identityProviders.length > 0,
      mailIdentity: config.mail.identity,
      upstreams,
      vpcs: vpcsOf(config),
    });
    const providerSecrets = new ProviderSecrets(this, 'ProviderSecrets', {
      ...kept,
      ...encrypted,
      providers: config.identityProviders,
    });
    const functions = new LatchkeyFunctions(this, 'Functions', {
      ...logged,
      specs,
      bundles,
      reservedConcurrency: reservedConcurrencyOf(config),
      isStandby,
      table,
      keyset,
      assertions,
      usagePlans,
      ledger,
      vault,
      factorKey: new FactorKey(this, 'Factors', kept),
      providerSecrets,
      traces: config.traces,
      variables: {
        ISSUER: frontDoor.url,
        ACCEPTED_ISSUERS: [...frontDoor.urls, ...config.tokens.previousIssuers].join(' '),
        USAGE_KEYS: usagePlans.keys,
      },
    }).byName;

    frontDoor.serve(functions);
    const limits = wafLimitsOf(config);
    const waf =
      limits === null
        ? {}
        : {
            waf: new Waf(this, 'Waf', {
              stage: frontDoor.stage,
              rows,
              profile,
              cors: corsOf(config),
              limits,
            }),
          };
    if (isStandby) for (const secret of [keyset, assertions]) secret.standBy();
    else {
      const rotation = Duration.days(config.rotationDays);
      keyset.rotateWith(functions.rotation, rotation);
      // What signs by the new secret waits until its first rotation has begun.
      const schedule = assertions.rotateWith(functions.rotation, rotation);
      for (const [name, { lambda }] of Object.entries(functions))
        if (signsAssertions(specs[name as FunctionName] ?? {})) lambda.node.addDependency(schedule);
    }
    // For so long a usage key that was deleted by hand is a 403 for its tenant. A run that finds nothing makes a dozen calls.
    new EveryMinute(this, 'UsageKeyReconciler', {
      target: functions.reconciler,
      description: 'Gives tenants usage keys of their own',
      isCalled: !isStandby,
    });
    // The stream tells it of each mail that is queued; this is for what it could not send at once, or was not told of.
    new EveryMinute(this, 'Mailer', {
      target: functions.mailer,
      description: 'Tries mails again that could not be sent',
      isCalled: !isStandby,
    });
    const keyStream = new KeyStream(this, 'KeyStream', {
      ...kept,
      ...encrypted,
      table,
      consumer: functions.stream,
      counter: functions.usage,
      isRead: !isStandby,
      followsFirstUses: rows.some((row) => row.kind === 'route' && row.route.id === 'signUp'),
    });

    new Monitoring(this, 'Monitoring', {
      stage: frontDoor.stage,
      table: table.table,
      functions,
      revealsKeys: config.revealApiKey,
      observesRules: (config.upstream?.scopes ?? []).some(({ observeUntil }) => observeUntil !== undefined),
      failures: keyStream.failures,
      usageKeys: config.usageKeys,
      rotationDays: config.rotationDays,
      backupHours: config.backupHours,
      ...waf,
      topicArn: config.alarmTopicArn,
      isStandby,
    });

    this.templateOptions.metadata = {
      Latchkey: {
        try: firstCalls(rows, profile),
        anonymous: config.anonymous,
        upstreams: upstreams.map(({ path, target }) => ({
          path: path || (profile.upstreamPrefixes[0] ?? ''),
          url: target.kind === 'lambda' ? target.functionArn : target.url,
        })),
      },
    };
    this.sayWhatIsLost(upstreams, config.upstream?.scopes ?? []);
    new CfnOutput(this, 'ApiUrl', { value: frontDoor.url });
    new CfnOutput(this, 'ApiId', { value: frontDoor.stage.restApi.restApiId });
    new CfnOutput(this, 'TableName', { value: table.table.tableName });
    new CfnOutput(this, 'LedgerTableName', { value: ledger.table.tableName });
    // For `npm run ops -- operator add`, which takes it from no other place.
    if (config.operators) new CfnOutput(this, 'Operators', { value: 'true' });
    new CfnOutput(this, 'UsageKeyPrefix', { value: usagePlans.prefix });
    new CfnOutput(this, 'KeysetSecretArn', { value: keyset.secret.secretArn });
    new CfnOutput(this, 'AssertionSecretArn', { value: assertions.secret.secretArn });
  }

  /** Warns at every synth of what does without a protection; the doctor reads the output. */
  private sayWhatIsLost(upstreams: readonly Upstream[], rules: readonly PathRule[]): void {
    for (const { name, target } of upstreams)
      if (target.kind === 'http')
        Annotations.of(this).addWarningV2(`latchkey:http-${name}`, `${target.url}: ${LOSSES}`);
    const observed = rules.flatMap(({ path, observeUntil }) =>
      observeUntil === undefined
        ? []
        : [`${path} until ${new Date(observeUntil * 1000).toISOString().replace('.000', '')}`],
    );
    if (observed.length === 0) return;
    Annotations.of(this).addWarningV2(
      'latchkey:observed',
      `Calls that would be refused are let pass to the upstream, unidentified: ${observed.join(', ')} (docs/upstream.md, "Observing").`,
    );
    new CfnOutput(this, 'Observed', { value: observed.join(', ') });
  }
}

/** Whether a function signs by the assertions' secret; whoever rotates it does not. */
function signsAssertions({ assertions = [] }: Pick<FunctionSpec, 'assertions'>): boolean {
  return assertions.length === 1 && assertions[0] === 'GetSecretValue';
}
