/** Gives an access token that is good now. It is asked again when one expires, or is refused. */
export type TokenProvider = () => string | Promise<string>;

/** A token is renewed this long before it expires, so that it is still good when it arrives. */
const EARLY_MS = 30_000;

/** What a request proves itself with. Calls that need a new token at the same time share one. */
export class Credential {
  readonly #provide: TokenProvider | undefined;
  #value: string | undefined;
  #pending: Promise<string> | undefined;

  /** An API key, which stays, or what gives tokens. */
  constructor(source: string | TokenProvider) {
    if (typeof source === 'string') this.#value = source;
    else this.#provide = source;
  }

  get isToken(): boolean {
    return this.#provide !== undefined;
  }

  /** The API key, or a token that is good now. Rejects with the provider's error. */
  current(): string | Promise<string> {
    if (this.#provide === undefined) return this.#value ?? '';
    if (this.#value !== undefined && Date.now() < expiryOf(this.#value) - EARLY_MS) return this.#value;
    return this.#renew(this.#provide);
  }

  /** Another one than that which was refused; undefined where there is none. */
  async instead(refused: string): Promise<string | undefined> {
    if (this.#provide === undefined) return undefined;
    const next = this.#value === refused ? await this.#renew(this.#provide) : await this.current();
    return next === refused ? undefined : next;
  }

  #renew(provide: TokenProvider): Promise<string> {
    this.#pending ??= (async () => {
      try {
        return (this.#value = await provide());
      } finally {
        this.#pending = undefined;
      }
    })();
    return this.#pending;
  }
}

/**
 * When a JWT expires, in milliseconds since 1970; 0 of any other token, which is asked for anew each time. It is read, not
 * verified: that is the server's to do.
 */
function expiryOf(token: string): number {
  try {
    const payload = token.split('.')[1] ?? '';
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof exp === 'number' ? exp * 1000 : 0;
  } catch {
    return 0;
  }
}
