import type { StackTemplate } from '../cloudformation/stack-template.ts';
import { LocalStackError } from '../failure.ts';
import type { FailureType } from './failure.ts';

/** A REST API of the template, as its stage serves it. */
export interface ApiDefinition {
  readonly id: string;
  readonly keySource: 'HEADER' | 'AUTHORIZER';
  readonly binaryMediaTypes: readonly string[];
  readonly stage: StageDefinition;
  /** Whether it is also reached under its stage's name, as it is by the default endpoint unless that is disabled. */
  readonly hasDefaultEndpoint: boolean;
  readonly deploymentId: string;
  readonly methods: readonly MethodDefinition[];
  readonly responses: Readonly<Partial<Record<FailureType, GatewayResponseDefinition>>>;
}

export interface StageDefinition {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly methodSettings: readonly MethodSettings[];
}

export interface MethodSettings {
  /** `/*` for all, otherwise the path with each slash as `~1`. */
  readonly ResourcePath?: string;
  readonly HttpMethod?: string;
  readonly ThrottlingRateLimit?: number;
  readonly ThrottlingBurstLimit?: number;
}

export interface MethodDefinition {
  readonly resourceId: string;
  /** With its parameters, e.g. `/users/{id}`. */
  readonly resourcePath: string;
  /** A method of HTTP, or `ANY`. */
  readonly httpMethod: string;
  readonly apiKeyRequired: boolean;
  readonly authorizer?: AuthorizerDefinition;
  readonly integration: IntegrationDefinition;
}

export interface AuthorizerDefinition {
  readonly id: string;
  readonly type: 'TOKEN' | 'REQUEST';
  readonly functionArn: string;
  readonly identitySources: readonly string[];
  readonly cacheSeconds: number;
}

export interface IntegrationDefinition {
  readonly Type: string;
  readonly Uri?: string;
  readonly TimeoutInMillis?: number;
  readonly ResponseTransferMode?: 'BUFFERED' | 'STREAM';
  readonly ContentHandling?: string;
  readonly PassthroughBehavior?: string;
  readonly RequestParameters?: Readonly<Record<string, string>>;
  readonly RequestTemplates?: Readonly<Record<string, string>>;
  readonly IntegrationResponses?: readonly IntegrationResponse[];
}

export interface IntegrationResponse {
  readonly StatusCode: string;
  readonly SelectionPattern?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

export interface GatewayResponseDefinition {
  readonly StatusCode?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

/** Reads the template's one REST API. Throws a `LocalStackError` for what would not behave here as on AWS. */
export function readApi(template: StackTemplate): ApiDefinition {
  const apis = template.ofType<{
    ApiKeySourceType?: 'HEADER' | 'AUTHORIZER';
    BinaryMediaTypes?: string[];
    DisableExecuteApiEndpoint?: boolean;
  }>('AWS::ApiGateway::RestApi');
  const [api] = apis;
  if (api === undefined || apis.length > 1) {
    throw new LocalStackError(`the template must hold one REST API to serve; it holds ${apis.length}`);
  }
  return {
    id: api.ref,
    keySource: api.properties.ApiKeySourceType ?? 'HEADER',
    binaryMediaTypes: api.properties.BinaryMediaTypes ?? [],
    stage: readStage(template),
    hasDefaultEndpoint: api.properties.DisableExecuteApiEndpoint !== true,
    deploymentId: template.ofType('AWS::ApiGateway::Deployment')[0]?.ref ?? '',
    methods: readMethods(template),
    responses: Object.fromEntries(
      template
        .ofType<GatewayResponseDefinition & { ResponseType: string }>('AWS::ApiGateway::GatewayResponse')
        .map(({ properties }) => [properties.ResponseType, properties]),
    ),
  };
}

function readStage(template: StackTemplate): StageDefinition {
  const [stage] = template.ofType<{
    Variables?: Record<string, string>;
    MethodSettings?: MethodSettings[];
  }>('AWS::ApiGateway::Stage');
  if (stage === undefined) throw new LocalStackError('the REST API has no stage, so it is not deployed');
  const { Variables, MethodSettings } = stage.properties;
  return { name: stage.ref, variables: Variables ?? {}, methodSettings: MethodSettings ?? [] };
}

function readMethods(template: StackTemplate): MethodDefinition[] {
  const paths = resourcePaths(template);
  const authorizers = readAuthorizers(template);
  const resources = template.ofType<{
    ResourceId: string;
    HttpMethod: string;
    ApiKeyRequired?: boolean;
    AuthorizationType?: string;
    AuthorizerId?: string;
    RequestValidatorId?: string;
    Integration: IntegrationDefinition;
  }>('AWS::ApiGateway::Method');
  return resources.map(({ logicalId, properties }) => {
    const authorizer = authorizers.get(properties.AuthorizerId ?? '');
    const type = properties.AuthorizationType ?? 'NONE';
    if (type !== 'NONE' && authorizer === undefined) {
      throw new LocalStackError(`${logicalId}: authorization by ${type} is not emulated`);
    }
    if (properties.RequestValidatorId !== undefined) {
      throw new LocalStackError(`${logicalId}: request validators are not emulated`);
    }
    return {
      resourceId: properties.ResourceId,
      resourcePath: paths.get(properties.ResourceId) ?? '/',
      httpMethod: properties.HttpMethod,
      apiKeyRequired: properties.ApiKeyRequired === true,
      integration: properties.Integration,
      ...(authorizer && type !== 'NONE' ? { authorizer } : {}),
    };
  });
}

function readAuthorizers(template: StackTemplate): Map<string, AuthorizerDefinition> {
  const resources = template.ofType<{
    Type: string;
    AuthorizerUri?: string;
    IdentitySource?: string;
    AuthorizerResultTtlInSeconds?: number;
  }>('AWS::ApiGateway::Authorizer');
  return new Map(
    resources.map(({ logicalId, ref, properties }) => {
      const { Type: type, AuthorizerUri, IdentitySource, AuthorizerResultTtlInSeconds } = properties;
      if (type !== 'TOKEN' && type !== 'REQUEST') {
        throw new LocalStackError(`${logicalId}: authorizers of type ${type} are not emulated`);
      }
      const definition: AuthorizerDefinition = {
        id: ref,
        type,
        functionArn: integrationFunction(AuthorizerUri),
        identitySources: (IdentitySource ?? '')
          .split(',')
          .map((each) => each.trim())
          .filter(Boolean),
        // The default of `AWS::ApiGateway::Authorizer` is five minutes.
        cacheSeconds: Number(AuthorizerResultTtlInSeconds ?? 300),
      };
      return [ref, definition];
    }),
  );
}

/** The function in a URI `arn:…:lambda:path/2015-03-31/functions/<ARN>/invocations`, or `/response-streaming-invocations`. */
export function integrationFunction(uri: string | undefined): string {
  const functionArn = /functions\/(.+)\/(?:response-streaming-)?invocations$/.exec(uri ?? '')?.[1];
  if (functionArn === undefined) throw new LocalStackError(`${uri} does not name a function`);
  return functionArn;
}

function resourcePaths(template: StackTemplate): Map<string, string> {
  const resources = template.ofType<{ ParentId: string; PathPart: string }>('AWS::ApiGateway::Resource');
  const byId = new Map(resources.map(({ ref, properties }) => [ref, properties]));
  const pathOf = (id: string): string => {
    const resource = byId.get(id);
    return resource === undefined ? '' : `${pathOf(resource.ParentId)}/${resource.PathPart}`;
  };
  return new Map([...byId.keys()].map((id) => [id, pathOf(id)]));
}
