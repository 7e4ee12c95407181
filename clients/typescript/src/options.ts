import { Credential, type TokenProvider } from './credential.ts';
import { AuthenticationError, LatchkeyError } from './errors.ts';
import type { Attempt } from './transport.ts';

export interface LatchkeyOptions {
  /** The API's URL; a version at its end (`/v1`) is for calls of the API itself. @default - LATCHKEY_ENDPOINT */
  readonly endpoint?: string;
  /** An API key; null sends no credential. @default - LATCHKEY_API_KEY, unless another credential is given */
  readonly apiKey?: string | null;
  /** Gives access tokens, in place of an API key. Calls at the same time share what it gives. */
  readonly tokenProvider?: TokenProvider;
  /** A refresh token, in place of an API key: the client renews its access tokens by it. Needs `onTokens`. */
  readonly refreshToken?: string;
  /** Told each new pair of tokens before it is used: keep the refresh token, the one before ends. */
  readonly onTokens?: (tokens: TokenPair) => void | Promise<void>;
  /** Sent as `X-Workspace-Id`: the workspace that a person works in. */
  readonly workspaceId?: string;
  /** Seconds for one sending of a request. @default 30 */
  readonly timeoutSeconds?: number;
  /** How often a request is sent again where that is safe. @default 2 */
  readonly maxRetries?: number;
  /** Lets a credential go to another machine without TLS. @default false */
  readonly allowHttp?: boolean;
  /** @default - the platform's */
  readonly fetch?: typeof fetch;
  /** Told each sending of a request: never secrets. @default - nobody is told */
  readonly log?: (attempt: Attempt) => void;
}

/** A pair of tokens. Neither is in what `console.log` or `JSON.stringify` show of it. */
export class TokenPair {
  readonly #accessToken: string;
  readonly #refreshToken: string | null;
  /** Seconds for which the access token is good. */
  readonly expiresIn: number;

  constructor(accessToken: string, refreshToken: string | null, expiresIn: number) {
    this.#accessToken = accessToken;
    this.#refreshToken = refreshToken;
    this.expiresIn = expiresIn;
  }

  get accessToken(): string {
    return this.#accessToken;
  }

  /** Null where the server gives none. */
  get refreshToken(): string | null {
    return this.#refreshToken;
  }
}

/** What differs between the contracts that a deployment may publish. */
export interface Contract {
  /** The environment variable that has the API key, besides LATCHKEY_API_KEY. */
  readonly apiKeyVariable: string;
  /** Where the rows of the default contract are: `METHOD /path` -> path, or null where there is no such row. */
  readonly paths: Readonly<Record<string, string | null>>;
  /** The header of an API key. @default - Authorization, as a bearer credential */
  readonly apiKeyHeader?: string;
}

/** A variable of the environment; undefined where there is none, as in browsers. */
export function variable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } };
  return process?.env?.[name] || undefined;
}

/** The longest time of a timer: a longer one ends at once. */
const LONGEST_TIMEOUT_SECONDS = (2 ** 31 - 1) / 1000;

/** Throws `LatchkeyError` for times and numbers that are none. */
export function requireSettings(timeoutSeconds: unknown, maxRetries: unknown): void {
  if (
    typeof timeoutSeconds !== 'number' ||
    !(timeoutSeconds > 0 && timeoutSeconds <= LONGEST_TIMEOUT_SECONDS)
  )
    throw new LatchkeyError('timeoutSeconds must be a number of seconds above 0, and of at most 24 days.');
  if (!Number.isInteger(maxRetries) || Number(maxRetries) < 0)
    throw new LatchkeyError('maxRetries must be a whole number, 0 or more.');
}

const NO_TLS = 'must begin with https://';

/** What is wrong with the URL of an API; undefined where it will do. */
export function endpointFault(endpoint: string, allowHttp = false): string | undefined {
  if (!URL.canParse(endpoint)) return 'must be a URL, such as https://api.example.com';
  const { protocol, hostname, username, password } = new URL(endpoint);
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && (isLocal || allowHttp))) return NO_TLS;
  return username === '' && password === '' ? undefined : 'must have no user name or password';
}

/** The API's URL without a slash at its end. Throws where it is none, or would carry credentials in the open. */
export function endpointOf({
  endpoint = variable('LATCHKEY_ENDPOINT'),
  allowHttp = false,
}: LatchkeyOptions): string {
  if (endpoint === undefined)
    throw new LatchkeyError('endpoint is required: provide it, or set LATCHKEY_ENDPOINT.');
  const fault = endpointFault(endpoint, allowHttp);
  if (fault !== undefined) {
    const hint = fault === NO_TLS ? '; allowHttp: true sends the credential without TLS' : '';
    throw new LatchkeyError(`endpoint ${fault}${hint}.`);
  }
  const { origin, pathname } = new URL(endpoint);
  return origin + pathname.replace(/\/+$/, '');
}

/**
 * The one credential that the options have. `refresh` exchanges a refresh token. Throws `AuthenticationError` where there is
 * none, or more than one.
 */
export function credentialOf(
  options: LatchkeyOptions,
  { apiKeyVariable }: Contract,
  refresh: (refreshToken: string) => Promise<TokenPair>,
): Credential | null {
  const { apiKey, tokenProvider, refreshToken, onTokens } = options;
  const given = [apiKey, tokenProvider, refreshToken].filter((value) => value !== undefined);
  if (given.length > 1)
    throw new AuthenticationError('Provide one of apiKey, tokenProvider and refreshToken.');
  if (apiKey === null) return null;
  if (tokenProvider !== undefined) return new Credential(tokenProvider);
  if (refreshToken !== undefined) {
    if (onTokens === undefined)
      throw new AuthenticationError('refreshToken needs onTokens, which keeps the one that replaces it.');
    return new Credential(renewing(refreshToken, onTokens, refresh));
  }
  const key = (apiKey ?? variable(apiKeyVariable) ?? variable('LATCHKEY_API_KEY'))?.trim();
  if (!key)
    throw new AuthenticationError(
      `API key is required. Provide via apiKey parameter or ${apiKeyVariable} environment variable.`,
    );
  return new Credential(key);
}

function renewing(
  first: string,
  onTokens: (tokens: TokenPair) => void | Promise<void>,
  refresh: (refreshToken: string) => Promise<TokenPair>,
): TokenProvider {
  let refreshToken = first;
  return async () => {
    const tokens = await refresh(refreshToken);
    refreshToken = tokens.refreshToken ?? refreshToken;
    await onTokens(tokens);
    return tokens.accessToken;
  };
}
