interface FailureDefaults {
  readonly status: number;
  /** The value of `x-amzn-ErrorType`. */
  readonly errorType: string;
  /** The text of `$context.error.message`; AWS documents none for a broken authorizer. */
  readonly message: string | null;
}

const internal = (status: number): FailureDefaults => ({
  status,
  errorType: 'InternalServerErrorException',
  message: 'Internal server error',
});
const forbidden = (errorType: string, message: string): FailureDefaults => ({
  status: 403,
  errorType,
  message,
});
const badRequest = (message: string): FailureDefaults => ({
  status: 400,
  errorType: 'BadRequestException',
  message,
});

/**
 * The 21 types of gateway responses (API Gateway developer guide, supported-gateway-response-types), with what AWS
 * answers by default. Error types and messages that the guide leaves open are recorded ones, where a record exists.
 */
export const FAILURES = {
  ACCESS_DENIED: forbidden('AccessDeniedException', 'User is not authorized to access this resource'),
  API_CONFIGURATION_ERROR: internal(500),
  AUTHORIZER_CONFIGURATION_ERROR: {
    status: 500,
    errorType: 'AuthorizerConfigurationException',
    message: null,
  },
  AUTHORIZER_FAILURE: { status: 500, errorType: 'AuthorizerFailureException', message: null },
  BAD_REQUEST_BODY: badRequest('Invalid request body'),
  BAD_REQUEST_PARAMETERS: badRequest('Missing required request parameters'),
  DEFAULT_4XX: badRequest('Bad Request'),
  DEFAULT_5XX: internal(500),
  EXPIRED_TOKEN: forbidden('ExpiredTokenException', 'The security token included in the request is expired'),
  INTEGRATION_FAILURE: internal(504),
  INTEGRATION_TIMEOUT: { ...internal(504), message: 'Endpoint request timed out' },
  INVALID_API_KEY: forbidden('ForbiddenException', 'Forbidden'),
  INVALID_SIGNATURE: forbidden('InvalidSignatureException', 'Invalid signature'),
  MISSING_AUTHENTICATION_TOKEN: forbidden(
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ),
  QUOTA_EXCEEDED: { status: 429, errorType: 'LimitExceededException', message: 'Limit Exceeded' },
  REQUEST_TOO_LARGE: { status: 413, errorType: 'RequestTooLargeException', message: 'Request Too Long' },
  RESOURCE_NOT_FOUND: { status: 404, errorType: 'NotFoundException', message: 'Not Found' },
  THROTTLED: { status: 429, errorType: 'TooManyRequestsException', message: 'Too Many Requests' },
  UNAUTHORIZED: { status: 401, errorType: 'UnauthorizedException', message: 'Unauthorized' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    errorType: 'BadRequestException',
    message: 'Unsupported Media Type',
  },
  WAF_FILTERED: forbidden('WafFilteredException', 'Forbidden'),
} as const satisfies Record<string, FailureDefaults>;

export type FailureType = keyof typeof FAILURES;

/** A request that API Gateway answers itself. */
export class GatewayFailure extends Error {
  readonly type: FailureType;
  /** The status when no gateway response sets one. */
  readonly status: number;
  readonly errorType: string;
  readonly publicMessage: string | null;

  /** @param reason why, for the log; the caller never sees it */
  constructor(type: FailureType, reason = '', answer: { status?: number; message?: string } = {}) {
    super(reason);
    this.type = type;
    this.status = answer.status ?? FAILURES[type].status;
    this.errorType = FAILURES[type].errorType;
    this.publicMessage = answer.message ?? FAILURES[type].message;
  }
}
