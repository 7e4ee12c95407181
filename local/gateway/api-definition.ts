import type { StackTemplate } from '../cloudformation/stack-template.ts';
import { LocalStackError } from '../failure.ts';
import type { FailureType } from './failure.ts';
import { usesDirectives } from './mock.ts';

/** A REST API of the template, as its stage serves it. */
export interface ApiDefinition {
  readonly id: string;
  readonly logicalId: string;
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
  /** Why it cannot be served here, where it cannot: it answers that, and lets nobody through. */
  readonly unserved?: string;
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

interface RestApiProperties {
  readonly ApiKeySourceType?: 'HEADER' | 'AUTHORIZER';
  readonly BinaryMediaTypes?: readonly string[];
  readonly DisableExecuteApiEndpoint?: boolean;
}

/** A part of a REST API. */
interface OfApi {
  readonly RestApiId: string;
}

/** Reads the template's REST APIs that have a stage. What would not behave here as on AWS is `unserved`. */
export function readApis(template: StackTemplate): readonly ApiDefinition[] {
  return template
    .ofType<RestApiProperties>('AWS::ApiGateway::RestApi')
    .flatMap(({ logicalId, ref, properties }) => {
      const stage = readStage(template, ref);
      if (stage === undefined) {
        template.unserved(`the REST API ${logicalId} has no stage, so it is not deployed`);
        return [];
      }
      const ofApi = <Properties>(type: string) =>
        template.ofType<Properties & OfApi>(type).filter((each) => each.properties.RestApiId === ref);
      return [
        {
          id: ref,
          logicalId,
          keySource: properties.ApiKeySourceType ?? 'HEADER',
          binaryMediaTypes: properties.BinaryMediaTypes ?? [],
          stage,
          hasDefaultEndpoint: properties.DisableExecuteApiEndpoint !== true,
          deploymentId: ofApi('AWS::ApiGateway::Deployment')[0]?.ref ?? '',
          methods: readMethods(template, ref),
          responses: Object.fromEntries(
            ofApi<GatewayResponseDefinition & { ResponseType: string }>(
              'AWS::ApiGateway::GatewayResponse',
            ).map((each) => [each.properties.ResponseType, each.properties]),
          ),
        },
      ];
    });
}

function readStage(template: StackTemplate, apiId: string): StageDefinition | undefined {
  const stage = template
    .ofType<OfApi & { Variables?: Record<string, string>; MethodSettings?: MethodSettings[] }>(
      'AWS::ApiGateway::Stage',
    )
    .find(({ properties }) => properties.RestApiId === apiId);
  if (stage === undefined) return undefined;
  const { Variables, MethodSettings } = stage.properties;
  return { name: stage.ref, variables: Variables ?? {}, methodSettings: MethodSettings ?? [] };
}

function readMethods(template: StackTemplate, apiId: string): MethodDefinition[] {
  const paths = resourcePaths(template);
  const authorizers = readAuthorizers(template, apiId);
  const resources = template
    .ofType<
      OfApi & {
        ResourceId: string;
        HttpMethod: string;
        ApiKeyRequired?: boolean;
        AuthorizationType?: string;
        AuthorizerId?: string;
        RequestValidatorId?: string;
        Integration?: IntegrationDefinition;
      }
    >('AWS::ApiGateway::Method')
    .filter(({ properties }) => properties.RestApiId === apiId);
  return resources.map(({ logicalId, properties }) => {
    const authorizer = authorizers.get(properties.AuthorizerId ?? '');
    const type = properties.AuthorizationType ?? 'NONE';
    const unserved: string[] = [];
    const say = (what: string) => {
      template.unserved(`${logicalId}: ${what}`);
      unserved.push(what);
    };
    if (type !== 'NONE' && authorizer === undefined) say(`authorization by ${type} is not emulated`);
    if (properties.RequestValidatorId !== undefined)
      template.unserved(`${logicalId}: request validators are not emulated`);
    const integration = properties.Integration ?? { Type: 'MOCK' };
    const lacking = notEmulated(integration);
    if (lacking !== undefined) say(lacking);
    return {
      resourceId: properties.ResourceId,
      resourcePath: paths.get(properties.ResourceId) ?? '/',
      httpMethod: properties.HttpMethod,
      apiKeyRequired: properties.ApiKeyRequired === true,
      integration,
      ...(authorizer && type !== 'NONE' ? { authorizer } : {}),
      ...(unserved[0] === undefined ? {} : { unserved: unserved[0] }),
    };
  });
}

/** What of an integration would answer differently here than on AWS. */
function notEmulated(integration: IntegrationDefinition): string | undefined {
  if (!['AWS_PROXY', 'HTTP_PROXY', 'MOCK'].includes(integration.Type))
    return `integrations of type ${integration.Type} are not emulated`;
  if (integration.Type === 'MOCK' && usesDirectives(integration))
    return 'a mapping template uses VTL, of which only substitution is emulated';
  return undefined;
}

function readAuthorizers(template: StackTemplate, apiId: string): Map<string, AuthorizerDefinition> {
  const resources = template
    .ofType<
      OfApi & {
        Type: string;
        AuthorizerUri?: string;
        IdentitySource?: string;
        AuthorizerResultTtlInSeconds?: number;
      }
    >('AWS::ApiGateway::Authorizer')
    .filter(({ properties }) => properties.RestApiId === apiId);
  return new Map(
    resources.flatMap(({ logicalId, ref, properties }) => {
      const { Type: type, AuthorizerUri, IdentitySource, AuthorizerResultTtlInSeconds } = properties;
      if (type !== 'TOKEN' && type !== 'REQUEST') {
        template.unserved(`${logicalId}: authorizers of type ${type} are not emulated`);
        return [];
      }
      const definition: AuthorizerDefinition = {
        id: ref,
        type,
        functionArn: functionOfUri(AuthorizerUri),
        identitySources: (IdentitySource ?? '')
          .split(',')
          .map((each) => each.trim())
          .filter(Boolean),
        // The default of `AWS::ApiGateway::Authorizer` is five minutes.
        cacheSeconds: Number(AuthorizerResultTtlInSeconds ?? 300),
      };
      return [[ref, definition] as const];
    }),
  );
}

/**
 * The function in a URI `arn:…:lambda:path/2015-03-31/functions/<ARN>/invocations`, or `/response-streaming-invocations`; of an
 * HTTP API also its bare ARN.
 */
export function functionOfUri(uri: string | undefined): string {
  const functionArn = /functions\/(.+)\/(?:response-streaming-)?invocations$/.exec(uri ?? '')?.[1];
  if (functionArn !== undefined) return functionArn;
  if (/^arn:[^:]*:lambda:/.test(uri ?? '')) return uri ?? '';
  throw new LocalStackError(`${uri} does not name a function`);
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
