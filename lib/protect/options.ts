import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { MethodScopes } from './access.ts';

/** What every protected API may be told. */
export interface ProtectionOptions {
  /**
   * The scope that a method takes, by its method and path as the API has them: `{ 'POST /search': 'read' }`; of a method
   * `ANY` one by one too. Null takes any credential.
   *
   * @default - `methodScopes` of the configuration, by the method of HTTP
   */
  readonly scopes?: MethodScopes;
  /**
   * Methods that are left as they are, without a credential or behind an authorizer of their own: `['GET /health']`.
   *
   * @default - none but OPTIONS without an authorizer
   */
  readonly public?: readonly string[];
  /**
   * Whether who is let in has a signed identity in the context (`assertion`), which an integration passes on to a service
   * that anybody could call. Takes a signature a call.
   *
   * @default false
   */
  readonly assertions?: boolean;
  /**
   * Instances that the authorizer has for itself, and at most.
   *
   * @default - shared with the account
   */
  readonly reservedConcurrency?: number;
  /**
   * Instances of the authorizer that are started before anybody calls, and cost by the hour.
   *
   * @default 0
   */
  readonly provisionedConcurrency?: number;
}

/** What a REST API may be told besides. */
export interface ProtectOptions extends ProtectionOptions {
  /**
   * Whether the API is set to take its usage keys from the authorizer (`apiKeySourceType`), which `protect` needs. Keys that
   * clients send for usage plans of your own no longer count then.
   *
   * @default false - the API is made with `ApiKeySourceType.AUTHORIZER`
   */
  readonly setsApiKeySource?: boolean;
  /**
   * Whether API Gateway's own answers of the whole API are given the profile's shape, with 401 where nobody is proven.
   *
   * @default false - they stay API Gateway's, and whoever is not proven is told 403
   */
  readonly setsGatewayResponses?: boolean;
}

/** What an HTTP API may be told besides. */
export interface ProtectHttpOptions extends ProtectionOptions {
  /**
   * Functions that have the middleware of `latchkey/verify`: to routes that lead to them, who is proven and still refused
   * passes, and the function answers 403 or 429, with the profile's errors: it has the variable `LATCHKEY_ERRORS`.
   *
   * @default - API Gateway answers every refusal, as 403
   */
  readonly refusals?: { readonly function: readonly IFunction[] };
}
