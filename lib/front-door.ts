import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  ApiKeySourceType,
  AuthorizationType,
  EndpointType,
  type Integration,
  IpAddressType,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodOptions,
  RequestAuthorizer,
  ResponseTransferMode,
  RestApi,
  type Stage,
} from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Cors, onlyOrigin } from '../lambdas/contract/cors.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import type { Upstream } from '../lambdas/contract/upstream.ts';
import { type ApiRow, caughtRows } from '../lambdas/kernel/api-rows.ts';
import { ACCESS_LOG } from './access-log.ts';
import { preflight } from './cors.ts';
import { directIntegration } from './direct-integration.ts';
import { forwarderName } from './forwarders.ts';
import type { FunctionName, Functions } from './function-spec.ts';
import { addGatewayResponses, challengeOf } from './gateway-responses.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface FrontDoorProps {
  /** The name of the API. */
  readonly name: string;
  readonly profile: Profile;
  /** Every method of the API. */
  readonly rows: readonly ApiRow[];
  /** What stands behind it. */
  readonly upstreams: readonly Upstream[];
  /** The name of the API's stage: the first segment of its URL. */
  readonly stageName: string;
  /** The host name at which the API answers, with the path below which it does; null for the stage's URL. */
  readonly domain: string | null;
  /** Whether the stage's URL answers too where there is a domain. */
  readonly servesStageUrl: boolean;
  readonly cors: Cors;
  /** Whether API Gateway's own answers map headers from the context of the call. */
  readonly contextHeaders: boolean;
  /** Whether the challenge of what the authorizer refuses comes from there too. */
  readonly challengesFromContext: boolean;
  readonly logRetention: RetentionDays;
  /** Removal policy of the access log when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  /** The customer's key that encrypts the access log. @default - AWS's own */
  readonly encryptionKey?: IKey;
}

/** The REST API: what it answers itself, its log, and its stage. `serve` adds the methods. */
export class FrontDoor extends Construct {
  readonly api: RestApi;
  readonly stage: Stage;
  /** The API's public URL, without a trailing slash: what its clients call, and the issuer of its tokens. */
  readonly url: string;
  /** Every URL at which it answers: the public one, and perhaps the stage's. */
  readonly urls: readonly string[];
  private readonly rows: readonly ApiRow[];
  private readonly direct: ReadonlyMap<string, Upstream>;
  private readonly cors: Cors;

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id);
    const { urlSuffix, region } = Stack.of(this);
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: props.logRetention,
      removalPolicy: props.removalPolicy,
      ...(props.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey }),
    });
    this.rows = props.rows;
    this.direct = new Map(
      props.upstreams.flatMap((each) => (each.target.kind === 'http' ? [[each.name, each]] : [])),
    );
    this.cors = props.cors;
    this.api = new RestApi(this, 'Api', {
      restApiName: props.name,
      description: `The front door of ${props.profile.title}`,
      // The authorizer names the usage key, so that callers cannot.
      apiKeySourceType: ApiKeySourceType.AUTHORIZER,
      endpointConfiguration: { types: [EndpointType.REGIONAL], ipAddressType: IpAddressType.DUAL_STACK },
      // Bodies of the upstream go through as they are, whatever their type says.
      binaryMediaTypes: ['*/*'],
      // One API has one URL: what is said of the domain cannot be passed by.
      // False in so many words: the endpoint that a domain had switched off would stay so without.
      disableExecuteApiEndpoint: props.domain !== null && !props.servesStageUrl,
      // The account's right to log, without which a stage with an access log cannot be made. Other APIs use it too.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: props.stageName,
        tracingEnabled: true,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: ACCESS_LOG,
      },
    });
    // CDK's own output of the URL; the stack has one with a name that can be relied on.
    this.api.node.tryRemoveChild('Endpoint');
    this.stage = this.api.deploymentStage;
    const stageUrl = `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${props.stageName}`;
    this.url = props.domain === null ? stageUrl : `https://${props.domain}`;
    this.urls = props.domain !== null && props.servesStageUrl ? [this.url, stageUrl] : [this.url];
    addGatewayResponses(this.api, {
      profile: props.profile,
      cors: props.cors,
      challenge: challengeOf(this.url, props.rows),
      contextHeaders: props.contextHeaders,
      challengesFromContext: props.challengesFromContext,
    });
    acknowledgeFindings(this);
  }

  /** Adds a method for each row that no catch-all leads to, and OPTIONS beside each ANY; gives the authorizer of the API. */
  serve(functions: Functions<LatchkeyFunction>): RequestAuthorizer {
    // No cache and no identity sources: either of two headers will do, which API Gateway cannot cache, and a revocation
    // must be immediate.
    const authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler: functions.authorizer.called,
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    });
    const locked = { authorizer, authorizationType: AuthorizationType.CUSTOM, apiKeyRequired: true };
    const integrations = new Map<FunctionName, LambdaIntegration>();
    // Which of several origins calls, a function has to look at.
    const preflights: [Integration, MethodOptions] =
      onlyOrigin(this.cors) === undefined
        ? [integrationOf(functions.public), { authorizationType: AuthorizationType.NONE }]
        : preflight(this.cors);
    const caught = caughtRows(this.rows);
    for (const row of this.rows) {
      if (caught.has(row)) continue;
      const resource = this.api.root.resourceForPath(row.path);
      const direct = row.kind === 'upstream' ? this.direct.get(row.upstream) : undefined;
      if (direct === undefined) {
        const { service, open } = servedBy(row);
        const integration = integrations.get(service) ?? integrationOf(functions[service]);
        integrations.set(service, integration);
        resource.addMethod(
          row.method,
          integration,
          open ? { authorizationType: AuthorizationType.NONE } : locked,
        );
      } else {
        const [integration, options] = directIntegration(direct, row.path);
        resource.addMethod(row.method, integration, { ...options, ...locked });
      }
      if (row.method === 'ANY') resource.addMethod('OPTIONS', ...preflights);
    }
    return authorizer;
  }
}

/** The function behind a row, and whether anybody may call it. */
function servedBy(row: ApiRow): { service: FunctionName; open: boolean } {
  switch (row.kind) {
    case 'route':
    case 'head':
      return { service: row.route.service, open: row.access.kind === 'public' };
    case 'not-found':
      return { service: 'public', open: true };
    case 'upstream':
      return { service: forwarderName(row.upstream), open: false };
  }
}

/** One permission for the whole API instead of two a method, which a function's policy has no room for. */
function integrationOf(fn: LatchkeyFunction | undefined): LambdaIntegration {
  if (fn === undefined) throw new Error('a row is served by a function that the stack does not have');
  return new LambdaIntegration(fn.called, {
    scopePermissionToMethod: false,
    ...(fn.streamSeconds === undefined
      ? {}
      : {
          responseTransferMode: ResponseTransferMode.STREAM,
          timeout: Duration.seconds(fn.streamSeconds + 1),
        }),
  });
}

function acknowledgeFindings(frontDoor: FrontDoor): void {
  Validations.of(frontDoor).acknowledge(
    {
      id: 'AwsSolutions-APIG2',
      reason:
        'The handlers validate, in one dialect of errors; a model is passed by with another content type.',
    },
    {
      id: 'AwsSolutions-APIG3',
      reason:
        'AWS WAF stands before the stage in production (lib/waf.ts); without it every decision is counted all the same.',
    },
    {
      id: 'AwsSolutions-APIG4',
      reason:
        'Methods without the authorizer are public by the route table: login, health, preflights, 404s.',
    },
    {
      id: 'AwsSolutions-APIG6',
      reason:
        'The access log tells what a request met; execution logs are a group that no stack owns and that is kept for ever.',
    },
    {
      id: 'Serverless-APIGWDefaultThrottling',
      reason:
        'Usage plans and exact counters limit each caller; a throttle of the stage would hit all for one.',
    },
    {
      id: 'AwsSolutions-COG4',
      reason:
        'Credentials are API keys and tokens of our own, which the Lambda authorizer decides, not Cognito.',
    },
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason: 'The policy that API Gateway documents for its one role an account that writes logs.',
    },
  );
}
