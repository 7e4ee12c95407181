import type { ApiDefinition, GatewayResponseDefinition } from './api-definition.ts';
import { type ApiRequest, header } from './api-request.ts';
import { type ApiResponse, withHeader } from './api-response.ts';
import { FAILURES, type FailureType, type GatewayFailure } from './failure.ts';
import { lookUp, type RequestContext } from './request-context.ts';

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';

/** The values that a mapping or a template can name. */
export interface Variables {
  readonly context: RequestContext;
  readonly request: ApiRequest;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** Whether headers of gateway responses can be mapped from the authorizer's context. */
  readonly mapsAuthorizerToHeaders: boolean;
}

/** Renders a failure with the API's gateway response for it (developer guide, api-gateway-gatewayResponse-definition). */
export function renderFailure(
  failure: GatewayFailure,
  api: ApiDefinition,
  variables: Variables,
): ApiResponse {
  const { type, publicMessage } = failure;
  variables.context.error = {
    message: publicMessage,
    messageString: JSON.stringify(publicMessage),
    responseType: type,
    validationErrorString: '',
  };
  const chosen = choose(type, api.responses);
  const [contentType, template] = chooseTemplate(
    type,
    chosen?.definition,
    header(variables.request, 'accept'),
  );
  const response: ApiResponse = {
    status: statusOf(failure, chosen),
    headers: [
      ['Content-Type', contentType],
      ['x-amzn-ErrorType', failure.errorType],
    ],
    body: substitute(template, variables),
  };
  return Object.entries(chosen?.definition.ResponseParameters ?? {}).reduce(
    (rendered, [parameter, mapping]) => {
      const name = parameter.replace(/^gatewayresponse\.header\./, '');
      const isMapped = variables.mapsAuthorizerToHeaders || !mapping.startsWith('context.authorizer.');
      const value = isMapped ? mappedValue(mapping, variables) : undefined;
      return value === undefined ? rendered : withHeader(rendered, name, value);
    },
    response,
  );
}

interface Chosen {
  readonly definition: GatewayResponseDefinition;
  readonly isSpecific: boolean;
}

/** The entry of the type itself, else that of its family. REQUEST_TOO_LARGE has neither (api-gateway-known-issues). */
function choose(type: FailureType, responses: ApiDefinition['responses']): Chosen | undefined {
  if (type === 'REQUEST_TOO_LARGE') return undefined;
  const specific = responses[type];
  if (specific !== undefined) return { definition: specific, isSpecific: true };
  const family = responses[FAILURES[type].status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX'];
  return family && { definition: family, isSpecific: false };
}

/**
 * A failure may come with a status of its own, such as 500 for a throttled function: it gives way to the type's
 * default once the type has an entry (measured: re:Post QUL-z6rJbmR4meafB7MzYXxw).
 */
function statusOf({ type, status }: GatewayFailure, chosen: Chosen | undefined): number {
  if (chosen?.definition.StatusCode !== undefined) return Number(chosen.definition.StatusCode);
  const isFamily = type === 'DEFAULT_4XX' || type === 'DEFAULT_5XX';
  return chosen?.isSpecific && !isFamily ? FAILURES[type].status : status;
}

function chooseTemplate(
  type: FailureType,
  definition: GatewayResponseDefinition | undefined,
  accept: string | undefined,
): readonly [contentType: string, template: string] {
  const templates = definition?.ResponseTemplates ?? {};
  const accepted = Object.entries(templates).find(([contentType]) => contentType === accept);
  const json = templates['application/json'];
  const [first] = Object.entries(templates);
  if (accepted !== undefined) return accepted;
  if (json !== undefined) return ['application/json', json];
  // The built-in body of ACCESS_DENIED alone spells its key with a capital: LocalStack `gateway_exception.py`.
  const builtIn =
    type === 'ACCESS_DENIED' ? DEFAULT_TEMPLATE.replace('message', 'Message') : DEFAULT_TEMPLATE;
  return first ?? ['application/json', builtIn];
}

/**
 * A body template with its variables filled in: plain substitution without escaping, an absent value is nothing
 * ("non-VTL mapping template supporting only simple variable substitutions", same page).
 */
export function substitute(template: string, variables: Variables): string {
  return template.replaceAll(
    /\$(context|stageVariables|method\.request)\.([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)/g,
    (_, source: string, name: string) => resolve(`${source}.${name}`, variables) ?? '',
  );
}

/** The value of a header mapping: a literal in single quotes, or the name of a variable. */
export function mappedValue(mapping: string, variables: Variables): string | undefined {
  const literal = /^'(.*)'$/s.exec(mapping)?.[1];
  return literal ?? resolve(mapping, variables);
}

function resolve(
  name: string,
  { context, request, pathParameters, stageVariables }: Variables,
): string | undefined {
  const [, source, key = ''] =
    /^(context|stageVariables|method\.request\.(?:header|querystring|path))\.(.+)$/s.exec(name) ?? [];
  switch (source) {
    case 'context':
      return lookUp(context, key);
    case 'stageVariables':
      return stageVariables[key];
    case 'method.request.header':
      return header(request, key);
    case 'method.request.querystring':
      return request.query[key]?.at(-1);
    case 'method.request.path':
      return pathParameters[key];
    default:
      return undefined;
  }
}
