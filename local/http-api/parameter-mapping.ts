import type { ApiRequest } from '../gateway/api-request.ts';
import { identityOf } from './authorizer.ts';
import { type RoutedRequest, rawPath } from './event.ts';

/** A request as the integration gets it, with the path where that was mapped. */
export interface MappedRequest {
  readonly request: ApiRequest;
  readonly path?: string;
}

/**
 * The request after the integration's changes: `append`, `overwrite` and `remove` of headers, query parameters and the path
 * (developer guide, http-api-parameter-mapping).
 */
export function mapParameters(
  routed: RoutedRequest,
  parameters: Readonly<Record<string, string>>,
): MappedRequest {
  const headers = new Map(
    Object.entries(routed.request.headers).map(([name, all]) => [name.toLowerCase(), all]),
  );
  const query = new Map(Object.entries(routed.request.query));
  let path: string | undefined;
  for (const [change, mapping] of Object.entries(parameters)) {
    const [, verb, place, name = ''] =
      /^(append|overwrite|remove):(header|querystring|path)(?:\.(.+))?$/.exec(change) ?? [];
    const value = verb === 'remove' ? undefined : mappedText(mapping, routed);
    if (place === 'path') path = value;
    else if (place === 'header') apply(headers, verb, name.toLowerCase(), value);
    else if (place === 'querystring') apply(query, verb, name, value);
  }
  const request = {
    ...routed.request,
    headers: Object.fromEntries(headers),
    query: Object.fromEntries(query),
  };
  return path === undefined ? { request } : { request, path };
}

function apply(
  target: Map<string, readonly string[]>,
  verb: string | undefined,
  name: string,
  value: string | undefined,
): void {
  // An absent value changes nothing but an overwritten one, which goes: what stood there is the client's.
  if (verb === 'append')
    target.set(name, [...(target.get(name) ?? []), ...(value === undefined ? [] : [value])]);
  else if (value === undefined) target.delete(name);
  else target.set(name, [value]);
}

/** A text with `$request.…`, `$context.…` and `$stageVariables.…` replaced. Absent where it is one variable, and that is. */
function mappedText(mapping: string, routed: RoutedRequest): string | undefined {
  const variable = /\$\{?((?:request|context|stageVariables)\.[\w.-]+)\}?/g;
  const only = /^\$(?:request|context|stageVariables)\.[\w.-]+$/.test(mapping);
  if (only) return variableOf(mapping, routed);
  return mapping.replaceAll(variable, (_, name: string) => variableOf(`$${name}`, routed) ?? '');
}

function variableOf(name: string, routed: RoutedRequest): string | undefined {
  if (name === '$request.path') return rawPath(routed.request);
  const parameter = /^\$request\.path\.(.+)$/.exec(name)?.[1];
  return parameter === undefined ? identityOf(name, routed) : routed.pathParameters[parameter];
}
