import { type ApiKey, CallError, type GetToken, KeysClient } from './client.ts';
import { askForKey, askToRevoke, askToRotate, type Frame, showOnce } from './dialogs.ts';
import { type Child, element } from './dom.ts';
import { stylesheet } from './stylesheet.ts';
import { type Texts, textsFor } from './texts.ts';

export type { GetToken } from './client.ts';

/** The events of the element, by name. None has a secret. */
export interface LatchkeyKeysEvents {
  /** A key was made; what it is, only its maker sees. */
  readonly 'latchkey-created': { readonly id: string; readonly name: string };
  readonly 'latchkey-revoked': { readonly id: string; readonly name: string };
  /** What the API refused by its code and status; `offline`, `no_token` and `not_configured` have status 0. */
  readonly 'latchkey-error': { readonly code: string; readonly status: number };
}

const DEFAULT_PATH = '/v1/api-keys';
/** BCP 47, as far as a browser formats by it. */
const LANGUAGE_TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;
/** Milliseconds that a page has to set the attribute and the property, in whatever order its scripts come. */
const SETUP_MS = 3000;

/**
 * `<latchkey-keys>`: the API keys of one workspace, in a page of a team's own (docs/embed.md). Attributes: `api`, the URL of
 * the API; `path`, that of its keys, where the contract has another than `/v1/api-keys`; `lang`. The property `getToken`
 * gives an embed token whenever one is needed.
 */
export class LatchkeyKeys extends HTMLElement {
  static readonly observedAttributes = ['api', 'path', 'lang'];

  #getToken: GetToken | undefined;
  /** Ends what runs for a setting that has changed, or for an element that is gone. */
  #running = new AbortController();
  #frame: Frame | undefined;
  #keys: readonly ApiKey[] = [];
  #next: string | null = null;
  /** The last page that was asked for. */
  #asked: symbol | undefined;
  readonly #list = element('div');
  readonly #said = element('p', { role: 'status' });
  readonly #heading = element('h2', { tabindex: '-1' });

  get getToken(): GetToken | undefined {
    return this.#getToken;
  }

  set getToken(getToken: GetToken | undefined) {
    this.#getToken = getToken;
    this.#start();
  }

  connectedCallback(): void {
    if (this.shadowRoot === null) this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [stylesheet()];
    // Set before the element was defined, it would hide the property.
    if (Object.hasOwn(this, 'getToken')) {
      const { getToken } = this;
      Reflect.deleteProperty(this, 'getToken');
      this.#getToken = getToken;
    }
    this.#start();
  }

  disconnectedCallback(): void {
    this.#end();
    this.shadowRoot?.replaceChildren();
  }

  /** Ends what runs: nothing of it is drawn any more. */
  #end(): void {
    this.#running.abort();
    this.#asked = undefined;
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before !== after) this.#start();
  }

  /** Loads the keys anew: a page calls it when it knows that they have changed. */
  async reload(): Promise<void> {
    this.#keys = [];
    this.#show(element('p', { class: 'box' }, this.#words.loading));
    await this.#load(null);
  }

  async #more(): Promise<void> {
    const shown = this.#keys.length;
    await this.#load(this.#next);
    // The button that had the focus is gone: to the first key that it has brought.
    const first = this.#list.querySelectorAll('li')[shown];
    (first?.querySelector('button') ?? this.#heading).focus();
  }

  get #language(): string {
    const tag = this.closest('[lang]')?.getAttribute('lang') ?? '';
    return LANGUAGE_TAG.test(tag) ? tag : '';
  }

  get #words(): Texts {
    return textsFor(this.#language);
  }

  /** Begins with the settings as they are now. */
  #start(): void {
    const { shadowRoot: root } = this;
    if (!this.isConnected || root === null) return;
    this.#end();
    this.#running = new AbortController();
    const words = this.#words;
    const { signal } = this.#running;
    const create = element(
      'button',
      { type: 'button', class: 'primary', onclick: () => this.#create() },
      words.create,
    );
    this.#heading.textContent = words.keys;
    this.#said.textContent = '';
    const api = this.getAttribute('api')?.replace(/\/$/, '');
    const getToken = this.#getToken;
    root.replaceChildren(element('header', {}, this.#heading, create), this.#said, this.#list);
    if (!api || getToken === undefined) {
      create.disabled = true;
      this.#frame = undefined;
      this.#show(element('p', { class: 'box' }, words.loading));
      const timer = setTimeout(() => this.#fail(new CallError('not_configured')), SETUP_MS);
      signal.addEventListener('abort', () => clearTimeout(timer));
      return;
    }
    const client = new KeysClient(api + (this.getAttribute('path') ?? DEFAULT_PATH), getToken, signal);
    this.#frame = { root, words, client, explain: (error) => this.#explain(error) };
    void this.reload();
  }

  /** Loads a page of the list: what was asked for last is what counts. */
  async #load(cursor: string | null): Promise<void> {
    const asked = Symbol();
    this.#asked = asked;
    this.#list.setAttribute('aria-busy', 'true');
    const page = await this.#frame?.client.list(cursor).catch((error: unknown) => {
      if (this.#asked === asked) this.#fail(error);
    });
    if (page === undefined || this.#asked !== asked) return;
    this.#keys = [...this.#keys, ...page.data.filter(({ status }) => status !== 'revoked')];
    this.#next = page.next_cursor;
    // A page may have none although there are more.
    if (this.#keys.length === 0 && this.#next !== null) await this.#load(this.#next);
    else this.#draw();
  }

  #draw(): void {
    const words = this.#words;
    const more =
      this.#next !== null &&
      element('button', { type: 'button', class: 'more', onclick: () => this.#more() }, words.more);
    if (this.#keys.length > 0)
      this.#show(element('ul', { class: 'list' }, ...this.#keys.map((key) => this.#item(key))), more);
    else
      this.#show(
        element('div', { class: 'box' }, element('p', {}, words.empty), element('p', {}, words.emptyHint)),
        more,
      );
  }

  #item(key: ApiKey): HTMLLIElement {
    const words = this.#words;
    const fact = (name: string, value: Child) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, value));
    const act = (text: string, label: string, look: string, work: () => unknown) =>
      element('button', { type: 'button', class: look, 'aria-label': label, onclick: work }, text);
    const previous = key.previous_key_expires_at;
    return element(
      'li',
      {},
      element(
        'div',
        { class: 'who' },
        element('h3', {}, key.name),
        element('span', { class: `badge ${key.status}` }, words[key.status]),
        key.environment === 'test' && element('span', { class: 'badge' }, words.test),
        element('code', {}, key.key_prefix),
      ),
      element(
        'div',
        { class: 'acts' },
        act(words.rotate, words.rotateOf(key.name), '', () => this.#rotate(key)),
        act(words.revoke, words.revokeOf(key.name), 'danger', () => this.#revoke(key)),
      ),
      element(
        'dl',
        { class: 'facts' },
        fact(words.scopes, key.scopes.join(', ') || '–'),
        fact(words.lastUsed, this.#time(key.last_used_at)),
        fact(words.expires, this.#time(key.expires_at)),
        previous !== null && Date.parse(previous) > Date.now() && fact(words.oldUntil, this.#time(previous)),
      ),
    );
  }

  /** In the reader's zone; UTC for who points at it. */
  #time(at: string | null): Child {
    const words = this.#words;
    if (at === null) return words.never;
    const format = new Intl.DateTimeFormat(this.#language || undefined, {
      dateStyle: 'medium',
      timeStyle: 'short',
    });
    return element('time', { datetime: at, title: at }, format.format(new Date(at)));
  }

  async #create(): Promise<void> {
    const frame = this.#frame;
    if (frame === undefined) return;
    try {
      const made = await askForKey(frame);
      if (made === undefined) return;
      this.#tell('latchkey-created', { id: made.id, name: made.name });
      await this.#done(frame, frame.words.isCreated(made.name), made.key);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #rotate(key: ApiKey): Promise<void> {
    const frame = this.#frame;
    if (frame === undefined) return;
    const rotated = await askToRotate(frame, key);
    if (rotated !== undefined) await this.#done(frame, frame.words.isRotated(rotated.name), rotated.key);
  }

  async #revoke(key: ApiKey): Promise<void> {
    const frame = this.#frame;
    if (frame === undefined || !(await askToRevoke(frame, key))) return;
    this.#tell('latchkey-revoked', { id: key.id, name: key.name });
    await this.#done(frame, frame.words.isRevoked(key.name));
  }

  /** Shows a new key once, then the list as it is now, and says what has been done. */
  async #done(frame: Frame, said: string, key?: string): Promise<void> {
    if (key !== undefined) await showOnce(frame, key);
    await this.reload();
    this.#said.textContent = said;
    // What had the focus is gone with the list before.
    this.#heading.focus();
  }

  #fail(error: unknown): void {
    const text = this.#explain(error);
    const isSetUp = this.#frame !== undefined;
    const again = () => {
      this.#heading.focus();
      return this.reload();
    };
    const retry = element('button', { type: 'button', onclick: again }, this.#words.retry);
    this.#show(element('div', { class: 'box' }, element('p', { role: 'alert' }, text), isSetUp && retry));
  }

  /** The words for an error, of which the page is told by its code. */
  #explain(error: unknown): string {
    const { code, status, message } = error instanceof CallError ? error : new CallError('unknown');
    const words = this.#words;
    if (status > 0 || message === '') this.#tell('latchkey-error', { code, status });
    const own = (words as unknown as Readonly<Record<string, unknown>>)[code];
    return typeof own === 'string' ? own : message || words.failed;
  }

  #show(...children: readonly (Node | false)[]): void {
    this.#list.removeAttribute('aria-busy');
    this.#list.replaceChildren(...children.filter((child) => child !== false));
  }

  #tell<Name extends keyof LatchkeyKeysEvents>(name: Name, detail: LatchkeyKeysEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'latchkey-keys': LatchkeyKeys;
  }
}

if (customElements.get('latchkey-keys') === undefined) customElements.define('latchkey-keys', LatchkeyKeys);
