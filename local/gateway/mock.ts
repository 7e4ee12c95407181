import type { ApiDefinition, IntegrationDefinition, IntegrationResponse } from './api-definition.ts';
import { header } from './api-request.ts';
import { type ApiResponse, withHeader } from './api-response.ts';
import { GatewayFailure } from './failure.ts';
import { mappedValue, substitute, type Variables } from './gateway-response.ts';
import { isBinaryType } from './lambda-proxy.ts';

/** Answers a MOCK integration (developer guide, how-to-mock-integration). Its templates may only substitute. */
export function answerMock(
  integration: IntegrationDefinition,
  api: ApiDefinition,
  variables: Variables,
): ApiResponse {
  const contentType = header(variables.request, 'content-type') ?? 'application/json';
  // A binary body is not text that a template can be applied to: aws/chalice#1310.
  if (isBinaryType(api, contentType) && integration.ContentHandling !== 'CONVERT_TO_TEXT') {
    throw new GatewayFailure('API_CONFIGURATION_ERROR', 'a binary body without CONVERT_TO_TEXT');
  }
  const status = /"?statusCode"?\s*:\s*(\d{3})/.exec(requestTemplate(integration, contentType))?.[1];
  if (status === undefined)
    throw new GatewayFailure('DEFAULT_5XX', 'the request template gives no statusCode');
  const chosen = chooseResponse(integration.IntegrationResponses ?? [], status);
  const response: ApiResponse = {
    status: Number(chosen.StatusCode),
    headers: [['Content-Type', 'application/json']],
    body: substitute(Object.values(chosen.ResponseTemplates ?? {})[0] ?? '', variables),
  };
  return Object.entries(chosen.ResponseParameters ?? {}).reduce((rendered, [parameter, mapping]) => {
    const value = mappedValue(mapping, variables);
    return value === undefined
      ? rendered
      : withHeader(rendered, parameter.replace(/^method\.response\.header\./, ''), value);
  }, response);
}

/** A request whose type has no template passes through, unless the integration says otherwise: it then is a 415. */
function requestTemplate(
  { RequestTemplates = {}, PassthroughBehavior }: IntegrationDefinition,
  contentType: string,
): string {
  const template = RequestTemplates[contentType.split(';')[0]?.trim() ?? ''];
  if (template !== undefined) return template;
  const refuses =
    PassthroughBehavior === 'NEVER' ||
    (PassthroughBehavior === 'WHEN_NO_TEMPLATES' && Object.keys(RequestTemplates).length > 0);
  if (refuses) throw new GatewayFailure('UNSUPPORTED_MEDIA_TYPE');
  return '';
}

/** The entry whose pattern matches, its own status first (measured: ministackorg/ministack#1756), else the default. */
function chooseResponse(responses: readonly IntegrationResponse[], status: string): IntegrationResponse {
  const matching = responses.filter(
    ({ SelectionPattern }) => SelectionPattern && new RegExp(`^(?:${SelectionPattern})$`).test(status),
  );
  const chosen =
    matching.find(({ StatusCode }) => StatusCode === status) ??
    matching[0] ??
    responses.find(({ SelectionPattern }) => !SelectionPattern);
  if (chosen === undefined)
    throw new GatewayFailure('API_CONFIGURATION_ERROR', `no integration response for ${status}`);
  return chosen;
}

/** Whether a template uses more of the Velocity language than substitution, which is not emulated. */
export function usesDirectives({
  RequestTemplates = {},
  IntegrationResponses = [],
}: IntegrationDefinition): boolean {
  const templates = [
    RequestTemplates,
    ...IntegrationResponses.map(({ ResponseTemplates }) => ResponseTemplates ?? {}),
  ];
  return templates
    .flatMap((each) => Object.values(each))
    .some((text) => /#(set|if|foreach|define)|\$(input|util)/.test(text));
}
