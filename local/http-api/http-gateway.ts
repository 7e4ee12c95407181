import { arn } from '../cloudformation/identities.ts';
import type { ApiRequest } from '../gateway/api-request.ts';
import { type ApiResponse, withHeader } from '../gateway/api-response.ts';
import { GatewayFailure } from '../gateway/failure.ts';
import { functionOfUri } from '../gateway/function-uri.ts';
import type { Answer, Gateway } from '../gateway/gateway.ts';
import { forward } from '../gateway/http-proxy.ts';
import { withinTimeout } from '../gateway/timeout.ts';
import { TokenBucket } from '../gateway/token-bucket.ts';
import type { Functions } from '../lambda/functions.ts';
import { HttpAuthorizer } from './authorizer.ts';
import { isPreflight, preflightResponse, withCors } from './cors.ts';
import type { HttpApiDefinition, HttpAuthorizerDefinition, HttpIntegrationDefinition } from './definition.ts';
import { integrationEvent, type RoutedRequest } from './event.ts';
import { HttpApiFailure } from './failure.ts';
import { mapParameters } from './parameter-mapping.ts';
import { functionResponse } from './response.ts';
import { findHttpRoute, stageOf } from './route.ts';

const PRINCIPAL = 'apigateway.amazonaws.com';

/** Calls of functions, and whether a function's own policy lets API Gateway make them. */
export type InvokedFunctions = Pick<Functions, 'invoke' | 'permits'>;

/** API Gateway, for an HTTP API (developer guide, http-api). */
export class HttpGateway implements Gateway {
  readonly stageInPath = null;
  readonly #api: HttpApiDefinition;
  readonly #functions: InvokedFunctions;
  readonly #now: () => number;
  readonly #authorizers = new Map<string, HttpAuthorizer>();
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(api: HttpApiDefinition, functions: InvokedFunctions, now: () => number) {
    this.#api = api;
    this.#functions = functions;
    this.#now = now;
    for (const { authorizer } of api.routes) {
      if (authorizer === undefined || this.#authorizers.has(authorizer.id)) continue;
      const invoke = (event: object) => functions.invoke(authorizer.functionArn, event);
      this.#authorizers.set(authorizer.id, new HttpAuthorizer(authorizer, invoke, now));
    }
  }

  get logicalId(): string {
    return this.#api.logicalId;
  }

  async answer(request: ApiRequest, readBody: () => Promise<Buffer>): Promise<Answer> {
    try {
      const { response, answeredBy } = await this.#answer({ ...request, body: await readBody() });
      return { response: withHeader(response, 'apigw-requestid', request.extendedRequestId), answeredBy };
    } catch (error) {
      const { status, publicMessage, message } = failureOf(error);
      const body = JSON.stringify({ message: publicMessage });
      const response = { status, headers: [['content-type', 'application/json'] as const], body };
      return {
        response: withHeader(response, 'apigw-requestid', request.extendedRequestId),
        answeredBy: `HTTP API ${status}`,
        ...(message === '' ? {} : { reason: message }),
      };
    }
  }

  async #answer(request: ApiRequest): Promise<Answer> {
    const api = this.#api;
    const staged = stageOf(api, request);
    const matched = staged && findHttpRoute(api.routes, request.method, staged.path);
    // A route that takes OPTIONS gets them, `$default` and ANY too: only without one the API answers itself
    // (http-api-cors: "even if there isn't an OPTIONS route", and of `$default`, which "catches … OPTIONS").
    if (staged !== undefined && matched === undefined && api.cors !== undefined && isPreflight(request))
      return { response: preflightResponse(api.cors, request), answeredBy: 'CORS' };
    if (staged === undefined || matched === undefined) throw new HttpApiFailure(404);
    const { route } = matched;
    if (route.unserved !== undefined) throw new HttpApiFailure(502, route.unserved);
    const routed: RoutedRequest = { api, stage: staged.stage, request, ...matched };
    this.#throttle(routed);
    const authorizer = route.authorizer && (await this.#authorize(routed, route.authorizer));
    const { response, answeredBy } = await this.#integrate(
      { ...routed, ...(authorizer && { authorizer }) },
      route.integration,
    );
    return { response: withCors(response, api.cors, request), answeredBy };
  }

  /** The stage's limits of the route (http-api-throttling): 429. */
  #throttle({ stage, route: { key } }: RoutedRequest): void {
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = {
      ...stage.throttle,
      ...stage.routeThrottles[key],
    };
    if (rate === undefined && burst === undefined) return;
    const name = `${stage.name} ${key}`;
    const perSecond = Number(rate ?? Number.POSITIVE_INFINITY);
    const bucket =
      this.#buckets.get(name) ?? new TokenBucket(perSecond, Number(burst ?? perSecond), this.#now());
    this.#buckets.set(name, bucket);
    if (!bucket.take(this.#now())) throw new HttpApiFailure(429, name);
  }

  async #authorize(
    routed: RoutedRequest,
    { id, functionArn }: HttpAuthorizerDefinition,
  ): Promise<Readonly<Record<string, unknown>>> {
    const sourceArn = arn('execute-api', `${this.#api.id}/authorizers/${id}`);
    // "If API Gateway doesn't have permission to invoke your function, clients receive a 500" (http-api-lambda-authorizer).
    if (!this.#functions.permits(functionArn, PRINCIPAL, sourceArn))
      throw new HttpApiFailure(500, 'no permission to invoke the authorizer');
    const { request, stage } = routed;
    const path = (stageOf(this.#api, request)?.path ?? '').replace(/^\//, '');
    const routeArn = arn('execute-api', `${this.#api.id}/${stage.name}/${request.method}/${path}`);
    const authorizer = this.#authorizers.get(id);
    if (authorizer === undefined) throw new HttpApiFailure(500, `there is no authorizer ${id}`);
    return authorizer.authorize(routed, routeArn);
  }

  async #integrate(routed: RoutedRequest, integration: HttpIntegrationDefinition): Promise<Answer> {
    const { request, path } = mapParameters(routed, integration.parameters);
    const response = { ...routed, request };
    const timedOut = () => new HttpApiFailure(503, 'the integration timed out');
    const { timeoutMilliseconds, type } = integration;
    if (type === 'HTTP_PROXY') {
      const answer = forward(targetOf(integration, response, path), request);
      return {
        response: await withinTimeout(answer, timeoutMilliseconds, timedOut),
        answeredBy: 'HTTP_PROXY',
      };
    }
    const answer = this.#invoke(response, integration);
    return {
      response: await withinTimeout(answer, timeoutMilliseconds, timedOut),
      answeredBy: integration.uri,
    };
  }

  async #invoke(
    routed: RoutedRequest,
    { uri, payloadVersion }: HttpIntegrationDefinition,
  ): Promise<ApiResponse> {
    const functionArn = functionOfUri(uri);
    const [method = '', pattern] = routed.route.key.split(' ');
    const called = pattern === undefined ? '$default' : `${method === 'ANY' ? '*' : method}${pattern}`;
    const sourceArn = arn('execute-api', `${this.#api.id}/${routed.stage.name}/${called}`);
    if (!this.#functions.permits(functionArn, PRINCIPAL, sourceArn))
      throw new HttpApiFailure(500, 'no permission to invoke the function');
    const invocation = await this.#functions.invoke(functionArn, integrationEvent(routed, payloadVersion));
    return functionResponse(invocation, payloadVersion);
  }
}

/** The URL of an HTTP integration: of `$default` with the request's path behind it (http-api-develop-routes). */
function targetOf(
  { uri }: HttpIntegrationDefinition,
  routed: RoutedRequest,
  mapped: string | undefined,
): URL {
  const { pathParameters, request, route, api } = routed;
  const whole = uri.replaceAll(/\{(\w+)\}/g, (all, name: string) => pathParameters[name] ?? all);
  const url = new URL(whole);
  if (mapped !== undefined) url.pathname = mapped;
  else if (route.key === '$default') {
    const { path = '' } = stageOf(api, request) ?? {};
    url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
  }
  for (const [name, all] of Object.entries(request.query))
    for (const value of all) url.searchParams.append(name, value);
  return url;
}

function failureOf(error: unknown): HttpApiFailure {
  if (error instanceof HttpApiFailure) return error;
  if (error instanceof GatewayFailure)
    return new HttpApiFailure(error.type === 'REQUEST_TOO_LARGE' ? 413 : 503, error.message);
  return new HttpApiFailure(500, `the local stack failed: ${(error as Error).stack ?? error}`);
}
