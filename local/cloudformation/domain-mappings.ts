import type { StackTemplate } from './stack-template.ts';

/** A path of a domain name below which an API answers. */
export interface DomainMapping {
  readonly domainName: string;
  /** Without slashes at its ends; empty for all that no other mapping takes. */
  readonly path: string;
  readonly apiId: string;
  /** Of an HTTP API, which may have several. */
  readonly stage: string | undefined;
}

interface RestMapping {
  readonly DomainName: string;
  readonly BasePath?: string;
  readonly RestApiId?: string;
}

interface Mapping {
  readonly DomainName: string;
  readonly ApiMappingKey?: string;
  readonly ApiId: string;
  readonly Stage: string;
}

/** The mappings of a template, of both kinds: REST APIs can have either. */
export function mappingsOf(template: StackTemplate): readonly DomainMapping[] {
  const isRest = new Set(template.ofType('AWS::ApiGateway::RestApi').map(({ ref }) => ref));
  const rest = template
    .ofType<RestMapping>('AWS::ApiGateway::BasePathMapping')
    .map(({ properties: { DomainName, BasePath, RestApiId } }) => ({
      domainName: DomainName,
      path: BasePath === '(none)' ? '' : (BasePath ?? ''),
      apiId: RestApiId ?? '',
      stage: undefined,
    }));
  const any = template
    .ofType<Mapping>('AWS::ApiGatewayV2::ApiMapping')
    .map(({ properties: { DomainName, ApiMappingKey, ApiId, Stage } }) => ({
      domainName: DomainName,
      path: ApiMappingKey ?? '',
      apiId: ApiId,
      stage: isRest.has(ApiId) ? undefined : Stage,
    }));
  return [...rest, ...any];
}

/** The hosts of which several APIs may have a part, with their mappings: those with a path. Of any other, an API is the whole. */
export function sharedHosts(template: StackTemplate): ReadonlyMap<string, readonly DomainMapping[]> {
  const hosts = Map.groupBy(mappingsOf(template), ({ domainName }) => domainName);
  return new Map([...hosts].filter(([, mappings]) => mappings.some(({ path }) => path !== '')));
}

/** The parts of those hosts. */
export const sharedParts = (template: StackTemplate): readonly DomainMapping[] =>
  [...sharedHosts(template).values()].flat();

/** A host or URL with a path below it. */
export const withPath = (host: string, path: string): string => (path === '' ? host : `${host}/${path}`);
