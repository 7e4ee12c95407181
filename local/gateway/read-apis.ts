import type { StackTemplate } from '../cloudformation/stack-template.ts';
import type {
  ApiDefinition,
  AuthorizerDefinition,
  GatewayResponseDefinition,
  IntegrationDefinition,
  MethodDefinition,
  MethodSettings,
  StageDefinition,
} from './api-definition.ts';
import { functionOfUri } from './function-uri.ts';
import { usesDirectives } from './mock.ts';
import { splitPath } from './router.ts';

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
    const resourcePath = paths.get(properties.ResourceId) ?? '/';
    const integration = properties.Integration ?? { Type: 'MOCK' };
    const lacking = notEmulated(integration);
    if (lacking !== undefined) say(lacking);
    return {
      resourceId: properties.ResourceId,
      resourcePath,
      segments: splitPath(resourcePath),
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

function resourcePaths(template: StackTemplate): Map<string, string> {
  const resources = template.ofType<{ ParentId: string; PathPart: string }>('AWS::ApiGateway::Resource');
  const byId = new Map(resources.map(({ ref, properties }) => [ref, properties]));
  const pathOf = (id: string): string => {
    const resource = byId.get(id);
    return resource === undefined ? '' : `${pathOf(resource.ParentId)}/${resource.PathPart}`;
  };
  return new Map([...byId.keys()].map((id) => [id, pathOf(id)]));
}
