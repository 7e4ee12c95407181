import { mappingsOf, withPath } from './domain-mappings.ts';
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

/** Where the APIs of a template are reached here; undefined where they are not. */
export interface Places {
  /** An API by its id. */
  readonly api: (apiId: string) => string | undefined;
  /** A host by its name, where paths of it are mapped to APIs. */
  readonly host: (domainName: string) => string | undefined;
}

/** The URLs by which clients reach the APIs on AWS: each stage of the default endpoint, and each domain name. */
export function urlsHere(template: StackTemplate, places: Places): UrlsHere {
  const urls = new Map<string, string>();
  const add = (url: string, here: string | undefined, path = '') => {
    if (here !== undefined) urls.set(`https://${url}`, here + path);
  };
  const host = (apiId: string) => `${apiId}.execute-api.${REGION}.${URL_SUFFIX}`;
  const [first] = apisOf(template);
  for (const { ref, properties } of template.ofType<{ RestApiId?: string }>('AWS::ApiGateway::Stage')) {
    const apiId = properties.RestApiId ?? first?.ref ?? '';
    add(`${host(apiId)}/${ref}`, places.api(apiId));
  }
  // The path of a stage is one of the HTTP API here too.
  for (const { ref } of template.ofType('AWS::ApiGatewayV2::Api')) add(host(ref), places.api(ref));
  for (const { ref } of template.ofType('AWS::ApiGateway::DomainName'))
    add(ref, first && places.api(first.ref));
  for (const { domainName, path, apiId, stage } of mappingsOf(template)) {
    const here = places.host(domainName);
    if (here !== undefined) add(domainName, here);
    else
      add(
        withPath(domainName, path),
        places.api(apiId),
        stage === undefined || stage === '$default' ? '' : `/${stage}`,
      );
  }
  return urls;
}

/** Puts the URLs of here in the place of those on AWS: what functions tell clients must lead back here. */
export function reachable(urls: UrlsHere): (text: string) => string {
  // The longest first, and to its end: a longer host or stage is another's. Without any, what never matches.
  const patterns = [...urls.keys()]
    .sort((a, b) => b.length - a.length)
    .map((url) => url.replaceAll(/[.$]/g, String.raw`\$&`));
  const onAws = new RegExp(urls.size === 0 ? '(?!)' : `(?:${patterns.join('|')})(?![\\w.:-])`, 'g');
  return (text) => text.replaceAll(onAws, (url) => urls.get(url) ?? url);
}
