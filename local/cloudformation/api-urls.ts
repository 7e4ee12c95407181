import { REGION, URL_SUFFIX } from './identities.ts';
import type { DeployedResource, StackTemplate } from './stack-template.ts';

/** URLs of APIs on AWS, without a slash at the end, and what takes their place here. */
export type UrlsHere = ReadonlyMap<string, string>;

/** The APIs of a template, in its order: REST APIs first. Those of WebSockets are not among them. */
export function apisOf(template: StackTemplate): readonly DeployedResource[] {
  const http = template
    .ofType<{ ProtocolType?: string }>('AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties.ProtocolType !== 'WEBSOCKET');
  return [...template.ofType('AWS::ApiGateway::RestApi'), ...http] as readonly DeployedResource[];
}

/**
 * The URLs by which clients reach the APIs on AWS: each stage of the default endpoint, and each domain name. `hereOf` gives
 * where an API is reached here, by its id.
 */
export function urlsHere(template: StackTemplate, hereOf: (apiId: string) => string | undefined): UrlsHere {
  const urls = new Map<string, string>();
  const add = (url: string, apiId: string | undefined, path = '') => {
    const here = apiId === undefined ? undefined : hereOf(apiId);
    if (here !== undefined) urls.set(`https://${url}`, here + path);
  };
  const host = (apiId: string) => `${apiId}.execute-api.${REGION}.${URL_SUFFIX}`;
  const [first] = apisOf(template);
  for (const { ref, properties } of template.ofType<{ RestApiId?: string }>('AWS::ApiGateway::Stage')) {
    const apiId = properties.RestApiId ?? first?.ref ?? '';
    add(`${host(apiId)}/${ref}`, apiId);
  }
  // The path of a stage is one of the HTTP API here too.
  for (const { ref } of template.ofType('AWS::ApiGatewayV2::Api')) add(host(ref), ref);
  for (const { ref } of template.ofType('AWS::ApiGateway::DomainName')) add(ref, first?.ref);
  for (const { properties } of template.ofType<RestMapping>('AWS::ApiGateway::BasePathMapping'))
    add(withPath(properties.DomainName, properties.BasePath), properties.RestApiId);
  for (const { properties } of template.ofType<HttpMapping>('AWS::ApiGatewayV2::ApiMapping')) {
    const { DomainName, ApiMappingKey, ApiId, Stage } = properties;
    add(withPath(DomainName, ApiMappingKey), ApiId, Stage === '$default' ? '' : `/${Stage}`);
  }
  return urls;
}

interface RestMapping {
  readonly DomainName: string;
  readonly BasePath?: string;
  readonly RestApiId?: string;
}

interface HttpMapping {
  readonly DomainName: string;
  readonly ApiMappingKey?: string;
  readonly ApiId: string;
  readonly Stage: string;
}

const withPath = (domain: string, path: string | undefined): string => (path ? `${domain}/${path}` : domain);

/** Puts the URLs of here in the place of those on AWS: what functions tell clients must lead back here. */
export function reachable(urls: UrlsHere): (text: string) => string {
  // The longest first, and to its end: a longer host or stage is another's. Without any, what never matches.
  const patterns = [...urls.keys()]
    .sort((a, b) => b.length - a.length)
    .map((url) => url.replaceAll(/[.$]/g, String.raw`\$&`));
  const onAws = new RegExp(urls.size === 0 ? '(?!)' : `(?:${patterns.join('|')})(?![\\w.:-])`, 'g');
  return (text) => text.replaceAll(onAws, (url) => urls.get(url) ?? url);
}
