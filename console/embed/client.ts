/** The calls of the component: the rows of keys that take embed tokens (docs/embed.md), and no other. */

/** An API key as the API shows it: the fields that are drawn. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly key_prefix: string;
  readonly environment: 'live' | 'test';
  readonly scopes: readonly string[];
  readonly status: 'active' | 'expired' | 'disabled' | 'revoked';
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly previous_key_expires_at: string | null;
}

export interface KeyPage {
  readonly data: readonly ApiKey[];
  readonly next_cursor: string | null;
}

/** What the API refused, or that nothing answered (`offline`) or gave a token (`no_token`). Never a secret. */
export class CallError extends Error {
  readonly code: string;
  /** 0 where nothing answered. */
  readonly status: number;
  /** Texts by the field that they are about. */
  readonly fields: ReadonlyMap<string, string>;

  constructor(code: string, status = 0, message = '', fields: ReadonlyMap<string, string> = new Map()) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** Gives an embed token: the page asks its own server for one. */
export type GetToken = () => string | Promise<string>;

/** Milliseconds before its end at which a token is replaced: it must outlast the call. */
const MARGIN_MS = 30_000;

/** Latchkey's own representation, whatever contract the deployment publishes. */
const MEDIA_TYPE = 'application/vnd.latchkey+json';

export class KeysClient {
  readonly #url: string;
  readonly #getToken: GetToken;
  readonly #signal: AbortSignal;
  /** In memory alone. */
  #token = '';

  /** @param url of the collection of keys, such as `https://api.example.com/v1/api-keys` */
  constructor(url: string, getToken: GetToken, signal: AbortSignal) {
    this.#url = url;
    this.#getToken = getToken;
    this.#signal = signal;
  }

  /** Those that the token lets keys have. */
  async scopes(): Promise<readonly string[]> {
    return claimsOf(await this.#presentToken()).scope.split(' ');
  }

  list(cursor: string | null): Promise<KeyPage> {
    return this.#call('GET', `?limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
  }

  create(key: {
    readonly name: string;
    readonly scopes: readonly string[];
    readonly expires_in_days?: number;
  }): Promise<ApiKey & { readonly key: string }> {
    return this.#call('POST', '', key);
  }

  rotate({ id }: Pick<ApiKey, 'id'>, graceSeconds: number): Promise<ApiKey & { readonly key: string }> {
    return this.#call('POST', `/${id}/rotate`, { grace_seconds: graceSeconds });
  }

  revoke({ id }: Pick<ApiKey, 'id'>): Promise<unknown> {
    return this.#call('DELETE', `/${id}`);
  }

  async #presentToken(): Promise<string> {
    if (claimsOf(this.#token).exp * 1000 < Date.now() + MARGIN_MS) {
      const token = await Promise.resolve()
        .then(this.#getToken)
        .catch(() => '');
      if (typeof token !== 'string' || claimsOf(token).exp === 0) throw new CallError('no_token');
      this.#token = token;
    }
    return this.#token;
  }

  async #call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const isFresh = this.#token === '';
    const response = await this.#send(method, path, body);
    // The token has ended before its time: with its maker, or by another clock. A new one is asked for once.
    const isOver = response.status === 401 && !isFresh;
    if (isOver) this.#token = '';
    return answerOf(isOver ? await this.#send(method, path, body) : response);
  }

  async #send(method: string, path: string, body: object | undefined): Promise<Response> {
    const token = await this.#presentToken();
    const request: RequestInit = {
      method,
      headers: {
        Accept: MEDIA_TYPE,
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: this.#signal,
    };
    return fetch(this.#url + path, request).catch((error: unknown) => {
      throw this.#signal.aborted ? error : new CallError('offline');
    });
  }
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const json = await response.json().catch(() => ({}));
  if (response.ok) return json;
  const { code = 'unknown', detail = '', errors = [] } = json;
  const fields = new Map<string, string>(
    errors.map(({ field, message }: Readonly<Record<'field' | 'message', string>>) => [field, message]),
  );
  throw new CallError(code, response.status, detail, fields);
}

/** What a token says of itself. The API proves it; here it only chooses what is drawn. */
function claimsOf(token: string): { readonly exp: number; readonly scope: string } {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { exp, scope } = JSON.parse(atob(payload));
    return { exp: Number(exp) || 0, scope: String(scope) };
  } catch {
    return { exp: 0, scope: '' };
  }
}
