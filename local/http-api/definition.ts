import type { DeployedResource, StackTemplate } from '../cloudformation/stack-template.ts';
import { functionOfUri } from '../gateway/function-uri.ts';

/** An HTTP API of a template, as its stages serve it. */
export interface HttpApiDefinition {
  readonly id: string;
  readonly logicalId: string;
  readonly cors?: CorsConfiguration;
  readonly stages: readonly HttpStage[];
  readonly routes: readonly RouteDefinition[];
}

/** `CorsConfiguration` of `AWS::ApiGatewayV2::Api`. */
export interface CorsConfiguration {
  readonly AllowOrigins?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly AllowCredentials?: boolean;
  readonly MaxAge?: number;
}

export interface Throttle {
  readonly ThrottlingRateLimit?: number;
  readonly ThrottlingBurstLimit?: number;
}

export interface HttpStage {
  /** `$default` has no segment of the path. */
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly throttle: Throttle;
  /** By route key. */
  readonly routeThrottles: Readonly<Record<string, Throttle>>;
}

export interface RouteDefinition {
  /** `$default`, or a method (or `ANY`) and a path. */
  readonly key: string;
  readonly authorizer?: HttpAuthorizerDefinition;
  readonly integration: HttpIntegrationDefinition;
  /** Why it cannot be served here, where it cannot: it answers that, and lets nobody through. */
  readonly unserved?: string;
}

export interface HttpAuthorizerDefinition {
  readonly id: string;
  readonly functionArn: string;
  readonly payloadVersion: '1.0' | '2.0';
  /** Whether it answers `isAuthorized`, not a policy. */
  readonly answersSimply: boolean;
  readonly identitySources: readonly string[];
  readonly cacheSeconds: number;
}

export interface HttpIntegrationDefinition {
  readonly type: string;
  readonly uri: string;
  readonly payloadVersion: '1.0' | '2.0';
  readonly timeoutMilliseconds: number;
  /** Changes of the request, e.g. `overwrite:header.x-tenant` to `$context.authorizer.tenantId`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** "30 seconds" (developer guide, http-api-quotas: "Integration timeout"). */
const TIMEOUT_MILLISECONDS = 30_000;

interface OfApi {
  readonly ApiId: string;
}

interface ApiProperties {
  readonly ProtocolType?: string;
  readonly CorsConfiguration?: CorsConfiguration;
  readonly Body?: unknown;
  readonly BodyS3Location?: unknown;
  readonly Target?: string;
}

interface StageProperties extends OfApi {
  readonly StageVariables?: Readonly<Record<string, string>>;
  readonly DefaultRouteSettings?: Throttle;
  readonly RouteSettings?: Readonly<Record<string, Throttle>>;
}

interface RouteProperties extends OfApi {
  readonly RouteKey: string;
  readonly Target?: string;
  readonly AuthorizationType?: string;
  readonly AuthorizerId?: string;
}

interface AuthorizerProperties extends OfApi {
  readonly AuthorizerType: string;
  readonly AuthorizerUri?: string;
  readonly AuthorizerPayloadFormatVersion?: '1.0' | '2.0';
  readonly EnableSimpleResponses?: boolean;
  readonly IdentitySource?: readonly string[];
  readonly AuthorizerResultTtlInSeconds?: number;
}

interface IntegrationProperties extends OfApi {
  readonly IntegrationType: string;
  readonly IntegrationSubtype?: string;
  readonly ConnectionType?: string;
  readonly IntegrationUri?: string;
  readonly PayloadFormatVersion?: '1.0' | '2.0';
  readonly TimeoutInMillis?: number;
  readonly RequestParameters?: Readonly<Record<string, string>>;
  readonly ResponseParameters?: unknown;
}

/** Reads the template's HTTP APIs. What would not behave here as on AWS is `unserved`. */
export function readHttpApis(template: StackTemplate): readonly HttpApiDefinition[] {
  return template
    .ofType<ApiProperties>('AWS::ApiGatewayV2::Api')
    .filter(({ logicalId, properties: { ProtocolType, Body, BodyS3Location, Target } }) => {
      if (ProtocolType === 'WEBSOCKET')
        template.unserved(`${logicalId}: APIs of WebSockets are not emulated`);
      else if (Body !== undefined || BodyS3Location !== undefined || Target !== undefined)
        template.unserved(`${logicalId}: only routes that are resources of the template are served`);
      return ProtocolType !== 'WEBSOCKET';
    })
    .map((api) => readHttpApi(template, api));
}

function readHttpApi(
  template: StackTemplate,
  { ref: id, logicalId, properties: { CorsConfiguration } }: DeployedResource<ApiProperties>,
): HttpApiDefinition {
  const ofApi = <Properties extends OfApi>(type: string) =>
    template.ofType<Properties>(type).filter(({ properties }) => properties.ApiId === id);
  const stages = ofApi<StageProperties>('AWS::ApiGatewayV2::Stage').map(
    ({ ref, properties: { StageVariables, DefaultRouteSettings, RouteSettings } }) => ({
      name: ref,
      variables: StageVariables ?? {},
      throttle: DefaultRouteSettings ?? {},
      routeThrottles: RouteSettings ?? {},
    }),
  );
  if (stages.length === 0) template.unserved(`the HTTP API ${logicalId} has no stage, so it is not deployed`);
  const authorizers = new Map(
    ofApi<AuthorizerProperties>('AWS::ApiGatewayV2::Authorizer').map((each) => [
      each.ref,
      readAuthorizer(template, each),
    ]),
  );
  const integrations = new Map(
    ofApi<IntegrationProperties>('AWS::ApiGatewayV2::Integration').map((each) => [
      `integrations/${each.ref}`,
      readIntegration(template, each),
    ]),
  );
  const routes = ofApi<RouteProperties>('AWS::ApiGatewayV2::Route').map(
    ({ logicalId: routeId, properties: { RouteKey, Target, AuthorizationType, AuthorizerId } }) => {
      const type = AuthorizationType ?? 'NONE';
      const authorizer = authorizers.get(AuthorizerId ?? '');
      const [integration, lacking] = integrations.get(Target ?? '') ?? [NO_INTEGRATION, 'has no integration'];
      const needs = type !== 'NONE' && authorizer === undefined;
      const unserved = needs ? `authorization by ${type} is not emulated` : lacking;
      if (unserved !== undefined) template.unserved(`${routeId} (${RouteKey}): ${unserved}`);
      return {
        key: RouteKey,
        integration,
        ...(type === 'NONE' || authorizer === undefined ? {} : { authorizer }),
        ...(unserved === undefined ? {} : { unserved: `${RouteKey}: ${unserved}` }),
      };
    },
  );
  return {
    id,
    logicalId,
    stages,
    routes,
    ...(CorsConfiguration === undefined ? {} : { cors: CorsConfiguration }),
  };
}

function readAuthorizer(
  template: StackTemplate,
  { logicalId, ref, properties }: DeployedResource<AuthorizerProperties>,
): HttpAuthorizerDefinition | undefined {
  if (properties.AuthorizerType !== 'REQUEST') {
    template.unserved(`${logicalId}: authorizers of type ${properties.AuthorizerType} are not emulated`);
    return undefined;
  }
  const identitySources = properties.IdentitySource ?? [];
  const isVersion2 = properties.AuthorizerPayloadFormatVersion === '2.0';
  return {
    id: ref,
    functionArn: functionOfUri(properties.AuthorizerUri),
    payloadVersion: isVersion2 ? '2.0' : '1.0',
    answersSimply: isVersion2 && properties.EnableSimpleResponses === true,
    identitySources,
    // "To enable caching, your authorizer must have at least one identity source" (http-api-lambda-authorizer).
    cacheSeconds:
      identitySources.length === 0
        ? 0
        : Number(properties.AuthorizerResultTtlInSeconds ?? DEFAULT_CACHE_SECONDS),
  };
}

/** AWS documents no default of the resource; five minutes is CDK's, and what a forgotten one should show. */
const DEFAULT_CACHE_SECONDS = 300;

const NO_INTEGRATION: HttpIntegrationDefinition = {
  type: 'NONE',
  uri: '',
  payloadVersion: '2.0',
  timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  parameters: {},
};

function readIntegration(
  template: StackTemplate,
  { logicalId, properties }: DeployedResource<IntegrationProperties>,
): readonly [HttpIntegrationDefinition, string | undefined] {
  const { IntegrationType: type, IntegrationSubtype, ConnectionType, ResponseParameters } = properties;
  if (ResponseParameters !== undefined)
    template.unserved(`${logicalId}: the mapping of parameters of responses is not emulated`);
  const definition: HttpIntegrationDefinition = {
    type,
    uri: properties.IntegrationUri ?? '',
    payloadVersion: properties.PayloadFormatVersion ?? '1.0',
    timeoutMilliseconds: Number(properties.TimeoutInMillis ?? TIMEOUT_MILLISECONDS),
    parameters: properties.RequestParameters ?? {},
  };
  if (!['AWS_PROXY', 'HTTP_PROXY'].includes(type))
    return [definition, `integrations of type ${type} are not emulated`];
  if (IntegrationSubtype !== undefined) return [definition, `${IntegrationSubtype} is not emulated`];
  if (ConnectionType === 'VPC_LINK') return [definition, 'integrations by a VPC link are not emulated'];
  return [definition, undefined];
}
