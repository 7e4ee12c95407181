import { AuthClient } from './auth.ts';
import { LatchkeyError } from './errors.ts';
import { type Contract, credentialOf, endpointOf, type LatchkeyOptions, requireSettings } from './options.ts';
import { paths } from './rows.gen.ts';
import { Transport } from './transport.ts';

/** What a call of `fetch` may say besides what the platform's own takes. */
export interface FetchOptions extends RequestInit {
  /** Sent as `Idempotency-Key`: a write that has one is sent again after a lost connection. */
  readonly idempotencyKey?: string;
}

/** An API behind Latchkey, as the holder of one credential. */
export class Latchkey {
  /** API keys and tokens. */
  readonly auth: AuthClient;
  /** The API's URL, without a slash at its end. */
  readonly endpoint: string;
  /** Where the rows of the default contract are, if they are elsewhere. */
  readonly paths: Contract['paths'];
  readonly #transport: Transport;

  /** Throws `AuthenticationError` where there is no credential. */
  constructor(options: LatchkeyOptions = {}, contract: Contract = DEFAULT_CONTRACT) {
    const { timeoutSeconds = 30, maxRetries = 2, workspaceId, log = () => {} } = options;
    requireSettings(timeoutSeconds, maxRetries);
    this.endpoint = endpointOf(options);
    this.paths = contract.paths;
    const settings = {
      timeoutSeconds,
      maxRetries,
      log,
      workspaceId,
      apiKeyHeader: contract.apiKeyHeader,
      // Called by itself: a browser's refuses to be a method of another object.
      fetch: options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args)),
    };
    const credential = credentialOf(options, contract, (token) => this.auth.refreshAccessToken(token));
    this.#transport = new Transport({ ...settings, credential });
    this.auth = new AuthClient(this, this.#transport, new Transport({ ...settings, credential: null }));
  }

  /** The URL below which Latchkey's own rows are: the endpoint without the version of the API behind it. */
  get root(): string {
    return this.endpoint.replace(/\/v\d+$/, '');
  }

  /**
   * The platform's `fetch` with this credential, for the API behind the door and for generated clients. A path is taken below
   * the endpoint. Answers of 400 and above are thrown as `LatchkeyError`, and where that is safe a request is sent again.
   */
  readonly fetch = async (input: string | URL | Request, options: FetchOptions = {}): Promise<Response> => {
    const { idempotencyKey, ...init } = options;
    const url = typeof input === 'string' && input.startsWith('/') ? this.endpoint + input : input;
    const request = new Request(url, init);
    // The credential is this API's: another server must not see it.
    if (new URL(request.url).origin !== new URL(this.endpoint).origin)
      throw new LatchkeyError(`This client sends its credential to ${this.endpoint} only.`);
    if (idempotencyKey !== undefined) request.headers.set('Idempotency-Key', idempotencyKey);
    return this.#transport.send(request, (response) => response);
  };
}

const DEFAULT_CONTRACT: Contract = { apiKeyVariable: 'LATCHKEY_API_KEY', paths: paths.default };
