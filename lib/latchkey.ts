import { join } from 'node:path';
import { RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import type { IAuthorizer, IRestApi, RestApi, RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi, IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Connections, type IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Outcome } from '../lambdas/contract/outcomes.ts';
import type { RouteId } from '../lambdas/contract/route-id.ts';
import type { VerifySettings } from '../lambdas/contract/verify-settings.ts';
import { type ApiRow, apiRows } from '../lambdas/kernel/api-rows.ts';
import { routes } from '../lambdas/table/index.ts';
import { ConfigError } from './config.ts';
import { describeLatchkey, sayWhatIsLost } from './description.ts';
import type { Door } from './door.ts';
import { letLogsUse } from './encryption-key.ts';
import { useFeatureFlags } from './feature-flags.ts';
import { functionBundles } from './function-bundles.ts';
import { functionCode } from './function-code.ts';
import { protectedSettings } from './function-settings.ts';
import { resourceMetadataPath } from './gateway-responses.ts';
import type { FunctionOptions } from './latchkey-functions.ts';
import type { LatchkeyProps } from './latchkey-props.ts';
import { requireProps, settingsFor } from './latchkey-settings.ts';
import { ownMetric } from './metrics.ts';
import { metricsNamespace, namesOf } from './names.ts';
import { Network } from './network.ts';
import { protectHttpApi } from './protect/http-api.ts';
import type { ProtectHttpOptions, ProtectOptions } from './protect/options.ts';
import { protectRestApi } from './protect/rest-api.ts';
import { keepBelowResourceLimit } from './resource-limit.ts';
import { deploymentOf } from './settings.ts';
import { createSystem } from './system.ts';
import { requireFreePaths } from './upstream-paths.ts';
import { grantVerify, verifyVariable } from './verify-grant.ts';
import { verifySettingsOf } from './verify-settings.ts';

/** Options of a metric that the functions write. */
export interface LatchkeyMetricOptions extends MetricOptions {
  /** The dimension that every metric of Latchkey has (docs/operations.md). */
  readonly outcome: string;
}

/** Options of the metric of decisions. */
export interface DecisionMetricOptions extends LatchkeyMetricOptions {
  readonly outcome: Outcome;
}

/**
 * The whole system: who may call, the door that asks, and what stands behind it. A team adds one to a stack of its own, or
 * several (docs/construct.md). The repository's own stack is one that has the id `Default`.
 */
export class Latchkey extends Construct implements IConnectable {
  /** Keys, sessions, tenants and people. A right on it is a right on all of them: see {@link grantVerify}. */
  readonly table: ITable;
  /** The REST API with its methods and its stage. */
  readonly api: RestApi;
  /** The API's public URL, without a trailing slash: what clients call, and the issuer of its tokens. */
  readonly url: string;
  /** Where the public keys are by which its tokens and assertions are verified (RFC 7517). */
  readonly jwksUrl: string;
  /** The authorizer of the methods of {@link api}. */
  readonly authorizer: IAuthorizer;
  /** Of the functions in `vpc`; of no security group without one. */
  readonly connections: Connections;
  /** The namespace in CloudWatch of the metrics that the functions write. */
  readonly metricsNamespace: string;
  /** @internal What of it an API of the team's needs, to stand behind its decisions. */
  readonly _door: Door;
  private readonly verify: () => VerifySettings;
  private readonly verifyRights: () => readonly PolicyStatement[];

  /** Throws a `ConfigError` that names the construct's path, the field and the fix for props that cannot be deployed. */
  constructor(scope: Construct, id: string, props: LatchkeyProps = {}) {
    super(scope, id);
    useFeatureFlags(this);
    keepBelowResourceLimit(this);
    const { network, settings } = this.naming(() => this.checked(props));
    const { config, profile, published } = settings;
    const deployment = deploymentOf(settings);
    const { upstreams } = deployment;
    const rows = apiRows(routes, profile, upstreams);
    this.naming(() => requireFreePaths(rows, upstreams, profile));
    const names = namesOf(this);
    const { encryptionKey, alarmTopic } = props;
    if (encryptionKey !== undefined) letLogsUse(encryptionKey);
    const functionOptions: FunctionOptions = {
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      ...(encryptionKey === undefined ? {} : { encryptionKey }),
      ...(network === undefined ? {} : { network: network.ids }),
    };
    const system = createSystem(this, {
      ...settings,
      names,
      rows,
      upstreams,
      bundles: props._bundles ?? this.naming(() => functionBundles(this, settings)),
      functionOptions,
      mountOn: props.domain && 'mountOn' in props.domain ? props.domain.mountOn : undefined,
      alarmTopic,
    });
    const { frontDoor, functions, usagePlans, specs } = system;
    if (network !== undefined) functions.node.addDependency(network.wayOut);
    describeLatchkey(this, { ...settings, rows, upstreams, outputs: system.outputs });
    sayWhatIsLost(this, upstreams, config.upstream?.scopes ?? []);

    this.table = system.table.table;
    this.api = frontDoor.api;
    this.url = frontDoor.url;
    this.jwksUrl = `${frontDoor.url}${pathOf('getJwks', rows)}`;
    this.authorizer = system.authorizer;
    this.connections = network?.connections ?? new Connections();
    this.metricsNamespace = metricsNamespace(names);
    this._door = {
      ...settings,
      stack: Stack.of(this),
      deployment,
      url: frontDoor.url,
      spec: specs.authorizer,
      functionOptions,
      metricsNamespace: this.metricsNamespace,
      authorizerCode: (given) =>
        functionCode(
          published,
          'authorizer',
          protectedSettings(settings, given),
          // Kept until the assembly is written.
          join(Stage.of(this)?.outdir ?? '', 'bundles'),
        ),
      equip: (authorizer, spec = specs.authorizer) => functions.equip(authorizer, spec, true),
      addStage: (stage) => this.naming(() => usagePlans.addStage(stage)),
    };
    const { keyset = [], table = [] } = specs.authorizer;
    this.verifyRights = () => [...system.table.statements(table), ...system.keyset.statements(keyset)];
    const places = {
      table: this.table.tableName,
      region: Stack.of(this).region,
      issuers: system.issuers,
      keysetSecretArn: keyset.length === 0 ? null : system.keyset.secret.secretArn,
      resourceMetadataUrl: urlOf(frontDoor.url, resourceMetadataPath(rows)),
      metricsNamespace: this.metricsNamespace,
    };
    // Asked for only where a service decides: a profile of the team's own may have no one shape of errors.
    this.verify = () => verifySettingsOf(profile, deployment, places);
  }

  /**
   * What a process of the team's own takes as its variable `LATCHKEY_VERIFY`, for `latchkey/verify`: of a container, say.
   * A function is given it by {@link grantVerify}.
   */
  get verifySettings(): string {
    return this.naming(() => verifyVariable(this, this.verify()));
  }

  /**
   * Lets a function, or whatever else has a role, decide itself by `latchkey/verify`: the authorizer's rights on the table,
   * and on the signing keys only where HS256 signs. A function of the app is given the variable `LATCHKEY_VERIFY` too.
   * Throws a `ConfigError` where the settings are more than a function's variables have room for.
   */
  grantVerify(grantee: IFunction | IGrantable): void {
    this.naming(() =>
      grantVerify(this, grantee, { statements: this.verifyRights(), settings: this.verify() }),
    );
  }

  /**
   * Puts a REST API of the app behind this Latchkey: every method takes a credential, also such as are added later, but for
   * OPTIONS without an authorizer and what `public` names (docs/protect.md lists all that it changes). Throws a `ConfigError`
   * for an API that was imported, or is protected already; what shows only at the end fails the synth.
   */
  protect(api: IRestApi | RestApiBase, options: ProtectOptions = {}): void {
    this.naming(() => protectRestApi(this._door, api, options));
  }

  /** The same for an HTTP API and its routes, `$default` among them. It has no usage plans: only the limits of each key hold. */
  protectHttp(api: IHttpApi | HttpApi, options: ProtectHttpOptions = {}): void {
    this.naming(() => protectHttpApi(this._door, api, options));
  }

  /** A metric that the functions write (docs/operations.md lists them), by default its sum in five minutes. */
  metric(name: string, { outcome, ...options }: LatchkeyMetricOptions): Metric {
    return ownMetric(this.metricsNamespace, name, outcome).with(options).attachTo(this);
  }

  /**
   * How many requests were decided so, by default in five minutes: of its own API, of those that it protects, and of services
   * that decide by `latchkey/verify`, in Lambda functions by themselves and elsewhere where their option `metrics` says so.
   */
  metricDecisions(options: DecisionMetricOptions): Metric {
    return this.metric('Decisions', options);
  }

  /** How many milliseconds such decisions took, by default the slowest of a hundred in five minutes. */
  metricDecisionLatency(options: DecisionMetricOptions): Metric {
    return this.metric('DecisionsLatency', { statistic: 'p99', ...options });
  }

  private checked(props: LatchkeyProps) {
    requireProps(props);
    const { vpc, vpcSubnets, securityGroups, _settings } = props;
    const network =
      vpc === undefined ? undefined : new Network(this, 'Network', { vpc, vpcSubnets, securityGroups });
    return { network, settings: _settings ?? settingsFor(this, props, network?.ids) };
  }

  /** Has what is wrong with the configuration say of which construct it is. */
  private naming<Made>(make: () => Made): Made {
    try {
      return make();
    } catch (error) {
      throw error instanceof ConfigError ? ConfigError.at(this.node.path, error) : error;
    }
  }
}

/** The path of a row that every profile has. */
function pathOf(id: RouteId, rows: readonly ApiRow[]): string {
  const row = rows.find((each) => each.kind === 'route' && each.route.id === id);
  if (row === undefined) throw new Error(`no profile can do without the row ${id}`);
  return row.path;
}

function urlOf(url: string, path: string | null): string | null {
  return path === null ? null : url + path;
}
