/**
 * A request that an HTTP API answers itself: a status and `{"message":…}`, which nothing in a template changes (an HTTP API
 * has no gateway responses: developer guide, http-api-vs-rest).
 */
export class HttpApiFailure extends Error {
  readonly status: number;
  readonly publicMessage: string;

  /** @param reason why, for the log; the caller never sees it */
  constructor(status: keyof typeof MESSAGES | 502, reason = '', publicMessage?: string) {
    super(reason);
    this.status = status;
    this.publicMessage = publicMessage ?? (status === 502 ? reason : MESSAGES[status]);
  }
}

/** The bodies that clients see (developer guide, http-api-troubleshooting-*, http-api-lambda-authorizer; 503: re:Post, api-gateway-http-503). */
const MESSAGES = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;
