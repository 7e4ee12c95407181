import type { FailureType } from './failure.ts';

/** A REST API of the template, as its stage serves it. */
export interface ApiDefinition {
  readonly id: string;
  readonly logicalId: string;
  readonly keySource: 'HEADER' | 'AUTHORIZER';
  readonly binaryMediaTypes: readonly string[];
  readonly stage: StageDefinition;
  /** Whether it is also reached under its stage's name, as it is by the default endpoint unless that is disabled. */
  readonly hasDefaultEndpoint: boolean;
  readonly deploymentId: string;
  readonly methods: readonly MethodDefinition[];
  readonly responses: Readonly<Partial<Record<FailureType, GatewayResponseDefinition>>>;
}

export interface StageDefinition {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly methodSettings: readonly MethodSettings[];
}

export interface MethodSettings {
  /** `/*` for all, otherwise the path with each slash as `~1`. */
  readonly ResourcePath?: string;
  readonly HttpMethod?: string;
  readonly ThrottlingRateLimit?: number;
  readonly ThrottlingBurstLimit?: number;
}

export interface MethodDefinition {
  readonly resourceId: string;
  /** With its parameters, e.g. `/users/{id}`. */
  readonly resourcePath: string;
  /** The parts of that path (`splitPath`). */
  readonly segments: readonly string[];
  /** A method of HTTP, or `ANY`. */
  readonly httpMethod: string;
  readonly apiKeyRequired: boolean;
  readonly authorizer?: AuthorizerDefinition;
  readonly integration: IntegrationDefinition;
  /** Why it cannot be served here, where it cannot: it answers that, and lets nobody through. */
  readonly unserved?: string;
}

export interface AuthorizerDefinition {
  readonly id: string;
  readonly type: 'TOKEN' | 'REQUEST';
  readonly functionArn: string;
  readonly identitySources: readonly string[];
  readonly cacheSeconds: number;
}

export interface IntegrationDefinition {
  readonly Type: string;
  readonly Uri?: string;
  readonly TimeoutInMillis?: number;
  readonly ResponseTransferMode?: 'BUFFERED' | 'STREAM';
  readonly ContentHandling?: string;
  readonly PassthroughBehavior?: string;
  readonly RequestParameters?: Readonly<Record<string, string>>;
  readonly RequestTemplates?: Readonly<Record<string, string>>;
  readonly IntegrationResponses?: readonly IntegrationResponse[];
}

export interface IntegrationResponse {
  readonly StatusCode: string;
  readonly SelectionPattern?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}

export interface GatewayResponseDefinition {
  readonly StatusCode?: string;
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
}
