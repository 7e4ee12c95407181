import { LatchkeyError } from './errors.ts';
import type * as api from './generated/types.gen.ts';
import {
  type ApiKey,
  apiKey,
  createKeyRequest,
  type IssuedApiKey,
  issuedApiKey,
  type NewApiKey,
  type Rotation,
  snakeCased,
} from './keys.ts';
import { type Contract, TokenPair } from './options.ts';
import { Paginated } from './pages.ts';
import type { Transport } from './transport.ts';

/** Latchkey's own words, whatever contract the deployment publishes. */
export const OWN_MEDIA_TYPE = 'application/vnd.latchkey+json';

/** A key was made, but the answer that showed it was lost, and it is shown once. */
export class KeyNotShownError extends LatchkeyError {
  override readonly name = 'KeyNotShownError';
  /** The key's id. */
  readonly id: string;

  constructor(id: string) {
    super(
      `The answer that showed the new key ${id} was lost: rotateApiKey('${id}') gives it one that you see.`,
    );
    this.id = id;
  }
}

interface Call {
  readonly id?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly idempotencyKey?: string;
}

/** API keys and tokens. */
export class AuthClient {
  readonly #api: { readonly root: string; readonly paths: Contract['paths'] };
  readonly #proven: Transport;
  readonly #anonymous: Transport;

  /** `anonymous` sends what needs no credential, or brings its own. */
  constructor(latchkey: { root: string; paths: Contract['paths'] }, proven: Transport, anonymous: Transport) {
    this.#api = latchkey;
    this.#proven = proven;
    this.#anonymous = anonymous;
  }

  /** The keys of a workspace, or of all that the caller may see. Await it, or read it with `for await`. */
  listApiKeys(workspaceId?: string): Paginated<ApiKey> {
    return new Paginated(async (cursor) => {
      const query = { workspace_id: workspaceId, cursor };
      const page = await this.#call<api.ListKeysResult>('GET /v1/api-keys', { query });
      return { data: page.data.map(apiKey), next_cursor: page.next_cursor };
    });
  }

  async getApiKey(id: string): Promise<ApiKey> {
    return apiKey(await this.#call<api.ApiKey>('GET /v1/api-keys/{id}', { id }));
  }

  /** Makes a key. Keep `key`: it is shown once. Rejects with `KeyNotShownError` where the answer was lost on its way. */
  async createApiKey(fields: NewApiKey): Promise<IssuedApiKey> {
    const { key, ...view } = await this.#call<api.CreatedApiKey>('POST /v1/api-keys', {
      body: createKeyRequest(fields),
      idempotencyKey: crypto.randomUUID(),
    });
    if (key === undefined) throw new KeyNotShownError(view.id);
    return issuedApiKey(view, key);
  }

  /** Gives a key another secret; id, rights and allowance stay. The one before is good for `graceSeconds` more. */
  async rotateApiKey(id: string, rotation: Rotation = {}): Promise<IssuedApiKey> {
    const body = snakeCased(rotation);
    const { key, ...view } = await this.#call<api.IssuedApiKey>('POST /v1/api-keys/{id}/rotate', {
      id,
      body,
    });
    return issuedApiKey(view, key);
  }

  /** Ends a key at once. */
  async revokeApiKey(id: string): Promise<void> {
    await this.#call('DELETE /v1/api-keys/{id}', { id });
  }

  /** The key itself: only the contract `nams` shows it again. */
  async revealApiKey(id: string, workspaceId?: string): Promise<string> {
    const query = { workspace_id: workspaceId };
    return (await this.#call<{ key: string }>('GET /v1/auth/api-keys/{id}/reveal', { id, query })).key;
  }

  /** Exchanges a refresh token for a new pair; the one before ends. Needs no credential. */
  async refreshAccessToken(refreshToken: string): Promise<TokenPair> {
    return this.#tokens('POST /v1/auth/refresh', { refresh_token: refreshToken });
  }

  /** Exchanges the token of an identity provider for a pair of this API. Needs no credential. */
  async exchangeToken(subjectToken: string): Promise<TokenPair> {
    return this.#tokens('POST /v1/auth/exchange', { subject_token: subjectToken });
  }

  async #tokens(row: string, body: Readonly<Record<string, unknown>>): Promise<TokenPair> {
    const answer = await this.#call<api.RefreshResult>(row, { body }, this.#anonymous);
    return new TokenPair(answer.access_token, answer.refresh_token ?? null, answer.expires_in);
  }

  /** Calls a row of the default contract, wherever this one has it. Gives the answer's body. */
  async #call<Result>(row: string, { id, query, body, idempotencyKey }: Call, transport = this.#proven) {
    const { root, paths } = this.#api;
    const [method = '', standardPath = ''] = row.split(' ');
    const path = row in paths ? paths[row] : standardPath;
    if (!path) throw new LatchkeyError(`This contract has no ${row}.`);
    const url = new URL(root + path.replace('{id}', encodeURIComponent(id ?? '')));
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined) url.searchParams.set(name, value);
    const headers = new Headers({ Accept: OWN_MEDIA_TYPE });
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    if (idempotencyKey !== undefined) headers.set('Idempotency-Key', idempotencyKey);
    const request = new Request(url, { method, headers, body: body && JSON.stringify(body) });
    return transport.send(request, (response): Promise<Result> => response.json());
  }
}
