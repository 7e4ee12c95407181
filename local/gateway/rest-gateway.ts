import { arn } from '../cloudformation/identities.ts';
import type { Functions } from '../lambda/functions.ts';
import type { ApiDefinition, IntegrationDefinition, MethodDefinition } from './api-definition.ts';
import { type ApiRequest, header } from './api-request.ts';
import { type ApiResponse, withHeader } from './api-response.ts';
import { Authorizer } from './authorizer.ts';
import { GatewayFailure } from './failure.ts';
import { functionOfUri } from './function-uri.ts';
import type { Answer, Gateway } from './gateway.ts';
import { renderFailure } from './gateway-response.ts';
import { answerHttpProxy } from './http-proxy.ts';
import { proxyEvent, proxyResponse } from './lambda-proxy.ts';
import { streamedResponse } from './lambda-stream.ts';
import { answerMock } from './mock.ts';
import { addRoute, newContext, type RequestContext } from './request-context.ts';
import { findRoute, type Route } from './router.ts';
import { withinTimeout } from './timeout.ts';
import type { UsagePlans } from './usage-plans.ts';

/** A request on its way, with what the steps have found out so far. */
interface Exchange {
  readonly request: ApiRequest;
  readonly context: RequestContext;
  route?: Route;
  usageIdentifierKey?: string;
}

export interface GatewayOptions {
  /** Epoch milliseconds, of throttles and quotas. */
  readonly now: () => number;
  /** Whether headers of gateway responses can be mapped from the authorizer's context, which AWS does not document. */
  readonly mapsAuthorizerToHeaders: boolean;
  /** Whether a header that an integration maps replaces the client's own, which AWS does not document. */
  readonly mappedHeadersReplace: boolean;
  /** Whether a plan of 0/0 throttles, which nobody has recorded. */
  readonly zeroPlansThrottle: boolean;
}

const PRINCIPAL = 'apigateway.amazonaws.com';
/** The default and longest of an integration that was not raised (developer guide, limits). */
const DEFAULT_TIMEOUT_MILLISECONDS = 29_000;

/** API Gateway, for a REST API. */
export class RestGateway implements Gateway {
  readonly api: ApiDefinition;
  readonly #functions: Functions;
  readonly #plans: UsagePlans;
  readonly #authorizers = new Map<string, Authorizer>();
  readonly #options: GatewayOptions;

  constructor(api: ApiDefinition, functions: Functions, plans: UsagePlans, options: GatewayOptions) {
    const { now } = options;
    this.#options = options;
    this.api = api;
    this.#functions = functions;
    this.#plans = plans;
    for (const { authorizer } of this.api.methods) {
      if (authorizer === undefined || this.#authorizers.has(authorizer.id)) continue;
      const invoke = (event: object) => functions.invoke(authorizer.functionArn, event);
      this.#authorizers.set(authorizer.id, new Authorizer(authorizer, invoke, now));
    }
  }

  /** Answers a request, in the order in which API Gateway does. Never rejects. */
  async answer(request: ApiRequest, readBody: () => Promise<Buffer>): Promise<Answer> {
    const exchange: Exchange = { request, context: newContext(this.api, request) };
    try {
      const body = await readBody();
      const route = this.#route(exchange);
      await this.#authorize(exchange, route);
      this.#checkApiKey(exchange, route.method);
      this.#plans.countStage(route.method);
      const { response, answeredBy } = await this.#integrate(exchange, route, body);
      return { response: this.#identify(response, request), answeredBy };
    } catch (error) {
      const failure = error instanceof GatewayFailure ? error : unexpected(error);
      const response = renderFailure(failure, this.api, this.#variables(exchange));
      const answer = { response: this.#identify(response, request), answeredBy: failure.type };
      return failure.message === '' ? answer : { ...answer, reason: failure.message };
    }
  }

  get logicalId(): string {
    return this.api.logicalId;
  }

  get stageInPath(): string | null {
    return this.api.hasDefaultEndpoint ? this.api.stage.name : null;
  }

  #route(exchange: Exchange): Route {
    const route = findRoute(this.api.methods, exchange.request.method, exchange.request.path);
    if (route === undefined) throw new GatewayFailure('MISSING_AUTHENTICATION_TOKEN');
    exchange.route = route;
    addRoute(exchange.context, route);
    const { unserved } = route.method;
    if (unserved !== undefined)
      throw new GatewayFailure('DEFAULT_5XX', unserved, { status: 502, message: unserved });
    return route;
  }

  async #authorize(exchange: Exchange, route: Route): Promise<void> {
    const { request, context } = exchange;
    const { authorizer: definition } = route.method;
    const authorizer = definition && this.#authorizers.get(definition.id);
    if (definition === undefined || authorizer === undefined) return;
    const sourceArn = arn('execute-api', `${this.api.id}/authorizers/${definition.id}`);
    if (!this.#functions.permits(definition.functionArn, PRINCIPAL, sourceArn)) {
      throw new GatewayFailure('AUTHORIZER_CONFIGURATION_ERROR', 'no permission to invoke the authorizer');
    }
    const methodArn = this.#methodArn(request.method, request.path);
    const startedAt = performance.now();
    const result = await authorizer.authorize({ api: this.api, request, route, context, methodArn });
    // Before the verdict: a denial's gateway response may name what the authorizer said.
    context.authorizer = { ...result.context, integrationLatency: Math.round(performance.now() - startedAt) };
    if (result.usageIdentifierKey !== undefined) exchange.usageIdentifierKey = result.usageIdentifierKey;
    if (result.decision === 'denied') throw new GatewayFailure('ACCESS_DENIED');
    if (result.decision === 'explicitly denied') {
      const message = 'User is not authorized to access this resource with an explicit deny';
      throw new GatewayFailure('ACCESS_DENIED', '', { message });
    }
  }

  #checkApiKey({ request, context, usageIdentifierKey }: Exchange, method: MethodDefinition): void {
    if (!method.apiKeyRequired) return;
    const fromHeader = header(request, 'x-api-key');
    const key = this.#plans.find(this.api.keySource === 'AUTHORIZER' ? usageIdentifierKey : fromHeader);
    context.identity = { ...(context.identity as object), apiKey: key.value, apiKeyId: key.apiKeyId };
    this.#plans.count(key, method);
  }

  async #integrate(exchange: Exchange, route: Route, body: Buffer): Promise<Answer> {
    const { integration, httpMethod, resourcePath } = route.method;
    if (integration.Type === 'MOCK') {
      return { response: answerMock(integration, this.api, this.#variables(exchange)), answeredBy: 'MOCK' };
    }
    if (integration.Type === 'HTTP_PROXY') return this.#callUrl(exchange, integration, body);
    const functionArn = functionOfUri(integration.Uri);
    const sourceArn = this.#methodArn(httpMethod === 'ANY' ? '*' : httpMethod, resourcePath);
    if (!this.#functions.permits(functionArn, PRINCIPAL, sourceArn)) {
      throw new GatewayFailure('INTEGRATION_FAILURE', 'no permission to invoke the function', {
        status: 500,
      });
    }
    const target = this.#functions.get(functionArn);
    const request = { ...exchange.request, body };
    const invocation = await withinTimeout(
      target.invoke(proxyEvent(this.api, request, route, exchange.context)),
      Number(integration.TimeoutInMillis ?? DEFAULT_TIMEOUT_MILLISECONDS),
      timedOut,
    );
    const isStreamed = integration.ResponseTransferMode === 'STREAM';
    const response = isStreamed
      ? await streamedResponse(invocation)
      : proxyResponse(invocation, this.api, request);
    return {
      // Recorded: LocalStack `test_invocation_trace_id`; neither MOCK nor a failure has one.
      response: withHeader(response, 'X-Amzn-Trace-Id', request.traceId),
      answeredBy: target.definition.logicalId,
    };
  }

  async #callUrl(exchange: Exchange, integration: IntegrationDefinition, body: Buffer): Promise<Answer> {
    const request = { ...exchange.request, body };
    const variables = this.#variables({ ...exchange, request });
    const response = await withinTimeout(
      answerHttpProxy(integration, variables, this.#options),
      Number(integration.TimeoutInMillis ?? DEFAULT_TIMEOUT_MILLISECONDS),
      timedOut,
    );
    return {
      response: withHeader(response, 'X-Amzn-Trace-Id', request.traceId),
      answeredBy: 'HTTP_PROXY',
    };
  }

  /** `arn:aws:execute-api:…:<api>/<stage>/<method>/<path>`. */
  #methodArn(method: string, path: string): string {
    return arn('execute-api', `${this.api.id}/${this.api.stage.name}/${method}/${path.replace(/^\//, '')}`);
  }

  #variables({ request, context, route }: Exchange) {
    const pathParameters = route?.pathParameters ?? {};
    const { mapsAuthorizerToHeaders } = this.#options;
    const stageVariables = this.api.stage.variables;
    return { request, context, pathParameters, stageVariables, mapsAuthorizerToHeaders };
  }

  #identify(response: ApiResponse, request: ApiRequest): ApiResponse {
    const identified = withHeader(response, 'x-amzn-RequestId', request.requestId);
    return withHeader(identified, 'x-amz-apigw-id', request.extendedRequestId);
  }
}

const timedOut = (): GatewayFailure => new GatewayFailure('INTEGRATION_TIMEOUT');

const unexpected = (error: unknown): GatewayFailure =>
  new GatewayFailure('DEFAULT_5XX', `the local stack failed: ${(error as Error).stack ?? error}`);
