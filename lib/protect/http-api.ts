import { Annotations, Stack } from 'aws-cdk-lib';
import {
  type CfnApi,
  CfnAuthorizer,
  CfnIntegration,
  CfnRoute,
  CfnStage,
  HttpApi,
  type IHttpApi,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { type IFunction, Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { AuthorizerSettings } from '../../lambdas/contract/authorizer-settings.ts';
import { ERRORS_VARIABLE, type ErrorShape } from '../../lambdas/contract/verify-settings.ts';
import { ConfigError } from '../config.ts';
import type { Door } from '../door.ts';
import { errorShapeOf } from '../verify-settings.ts';
import { nameOf } from './access.ts';
import type { ProtectHttpOptions } from './options.ts';
import { type Endpoint, ProtectedApi } from './protected-api.ts';
import { referencesIn, renderedProperties } from './references.ts';

/**
 * Puts an HTTP API of the app behind a Latchkey: every route but those left open takes a credential, `$default` and such as
 * are added later too. Throws a `ConfigError` for an API whose routes cannot be reached; what shows only at the end fails the
 * synth.
 */
export function protectHttpApi(door: Door, api: IHttpApi | HttpApi, options: ProtectHttpOptions = {}): void {
  if (!(api instanceof HttpApi)) {
    throw new ConfigError(
      `${api.node.path} cannot be protected: its routes are not in this app as constructs. Call protectHttp where the API is made.`,
    );
  }
  new ProtectedHttpApi(door, api, options);
}

class ProtectedHttpApi extends ProtectedApi {
  protected readonly authorizerId: string;
  private readonly answering: readonly IFunction[];

  constructor(door: Door, api: HttpApi, options: ProtectHttpOptions) {
    super(api, { door, api: api.node.defaultChild as CfnApi, apiId: api.apiId, options });
    this.answering = options.refusals?.function ?? [];
    if (this.answering.length > 0) this.tellErrors(errorShapeOf(door.profile));
    this.authorizerId = new CfnAuthorizer(this, 'Authorizer', {
      apiId: api.apiId,
      name: 'Latchkey',
      authorizerType: 'REQUEST',
      authorizerUri: this.authorizerUri,
      authorizerPayloadFormatVersion: '2.0',
      enableSimpleResponses: true,
      // CDK's own authorizer keeps an answer for five minutes, for which a revoked key would go on working.
      authorizerResultTtlInSeconds: 0,
      identitySource: [],
    }).ref;
    this.letInvoke(this.authorizerId);
    this.tellDoctor(() => ({
      kind: 'http',
      urls: this.deployed().flatMap((each) => (this.isStage(each) ? [this.urlOf(each)] : [])),
      refused: 403,
    }));
  }

  protected endpointOf(construct: IConstruct): Endpoint | undefined {
    if (!(construct instanceof CfnRoute) || !this.isOfThisApi(construct.apiId, construct)) return undefined;
    const { RouteKey, AuthorizationType, AuthorizerId } = renderedProperties(construct);
    return {
      resource: construct,
      ...methodOf(String(RouteKey)),
      authorizationType: typeof AuthorizationType === 'string' ? AuthorizationType : 'NONE',
      authorizerId: AuthorizerId,
      takesApiKey: null,
    };
  }

  /** As properties, which other aspects read, and as overrides, which hold against those that the route had before. */
  protected lock({ resource }: Endpoint): void {
    const route = resource as CfnRoute;
    route.authorizationType = 'CUSTOM';
    route.authorizerId = this.authorizerId;
    route.addPropertyOverride('AuthorizationType', 'CUSTOM');
    route.addPropertyOverride('AuthorizerId', this.authorizerId);
  }

  protected settings(): AuthorizerSettings {
    const answeredBehind = this.locked
      .filter((route) => this.answering.some((fn) => this.leadsTo(route, fn)))
      .map(nameOf)
      .sort();
    // Whoever is over a limit is refused by the answer itself: no plan of 0/0 is needed.
    return {
      ...this.tables({ zeroPlanThrottles: true, knowsOwnKeys: true }),
      payload2: { answeredBehind },
    };
  }

  protected override faults(): readonly string[] {
    const { Target, Body, BodyS3Location } = renderedProperties(this.api);
    return [
      ...super.faults(),
      ...(Target === undefined && Body === undefined && BodyS3Location === undefined
        ? []
        : [
            'the API makes routes of its own (target or an OpenAPI body), which protectHttp cannot see: add them as constructs',
          ]),
      ...this.answering.flatMap((fn) =>
        this.locked.some((route) => this.leadsTo(route, fn))
          ? []
          : [`refusals: no route that takes a credential leads to the function ${fn.node.path}`],
      ),
      ...this.deployed().flatMap((construct) =>
        this.isStage(construct) && renderedProperties(construct).AutoDeploy !== true
          ? [
              `${construct.node.path}: the stage would go on serving routes as they were before they were locked; set autoDeploy to true`,
            ]
          : [],
      ),
    ];
  }

  /** Tells functions that answer refusals of the contract's errors: they need no right for it. */
  private tellErrors(shape: ErrorShape): void {
    for (const fn of this.answering) {
      if (fn instanceof Lambda) fn.addEnvironment(ERRORS_VARIABLE, JSON.stringify(shape));
      else {
        Annotations.of(fn).addWarningV2(
          'latchkey:errors-variable',
          `Its variables are of the function that it is an alias of, or of another stack: without ${ERRORS_VARIABLE} there, it answers refusals as RFC 9457 has them.`,
        );
      }
    }
  }

  private isStage(construct: IConstruct): construct is CfnStage {
    return construct instanceof CfnStage && this.isOfThisApi(construct.apiId, construct);
  }

  private urlOf(stage: CfnStage): string {
    // The stage of that name has no segment in the URL.
    return stage.stageName === '$default' ? this.endpoint : `${this.endpoint}/${stage.ref}`;
  }

  /** Whether a route's integration invokes a function: that itself, or as API Gateway's URI of it. */
  private leadsTo({ resource }: Endpoint, fn: IFunction): boolean {
    const integrations = [...referencesIn((resource as CfnRoute).target, resource)];
    return integrations.some((integration) => {
      if (!(integration instanceof CfnIntegration)) return false;
      const { IntegrationUri } = renderedProperties(integration);
      const arn = Stack.of(integration).resolve(fn.functionArn);
      return JSON.stringify(IntegrationUri)?.includes(JSON.stringify(arn)) === true;
    });
  }
}

/** `GET /items/{id}`, `ANY /x` or `$default`. */
function methodOf(routeKey: string): Pick<Endpoint, 'method' | 'path'> {
  const [method = '', path = routeKey] = routeKey.split(' ');
  return { method: path === '$default' ? 'ANY' : method, path };
}
