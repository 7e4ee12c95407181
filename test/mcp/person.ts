/** A person with a browser that runs no script: follows redirects and pages that go on, and fills in forms. */

const MAX_STEPS = 20;

interface Page {
  readonly url: URL;
  readonly text: string;
}

export class Person {
  readonly #credentials: { readonly email: string; readonly password: string };
  readonly #cookies = new Map<string, string>();
  /** The pages that were seen, by their paths. */
  readonly seen: string[] = [];

  constructor(credentials: { readonly email: string; readonly password: string }) {
    this.#credentials = credentials;
  }

  /** Goes to the client's authorization URL, signs in where asked, agrees or not, and gives where the browser is sent. */
  async decide(
    authorizationUrl: URL,
    redirectUrl: string,
    decision: 'allow' | 'deny' = 'allow',
  ): Promise<URL> {
    let next: URL | Page = authorizationUrl;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (next instanceof URL) {
        // Any port of its own machine is the client's.
        if (next.href.startsWith(redirectUrl)) return next;
        next = await this.#open(next);
      } else next = await this.#answer(next, decision);
    }
    throw new Error(`no end after ${this.seen.join(', ')}`);
  }

  async #open(url: URL, form?: URLSearchParams): Promise<URL | Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { Accept: 'text/html', ...(cookie === '' ? {} : { Cookie: cookie }) },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (/max-age=0/i.test(set)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    this.seen.push(`${form === undefined ? 'GET' : 'POST'} ${url.pathname} ${response.status}`);
    const location = response.headers.get('location');
    if (location !== null) return new URL(location, url);
    const text = await response.text();
    const refresh = /^\d+;\s*url=(.*)$/i.exec(response.headers.get('refresh') ?? '')?.[1] ?? refreshOf(text);
    return refresh === undefined ? { url, text } : new URL(refresh, url);
  }

  #answer({ url, text }: Page, decision: string): Promise<URL | Page> {
    const [form = '', action = ''] = /<form[^>]*action="([^"]*)"[\s\S]*?<\/form>/.exec(text) ?? [];
    if (form === '') throw new Error(`a page without a form after ${this.seen.join(', ')}:\n${text}`);
    const fields = new URLSearchParams();
    for (const [input] of form.matchAll(/<input[^>]*>/g)) {
      const name = attribute(input, 'name');
      if (name !== undefined) fields.set(name, attribute(input, 'value') ?? '');
    }
    if (fields.has('password')) {
      fields.set('email', this.#credentials.email);
      fields.set('password', this.#credentials.password);
    }
    if (form.includes('name="decision"')) fields.set('decision', decision);
    return this.#open(new URL(unescaped(action), url), fields);
  }
}

function refreshOf(text: string): string | undefined {
  const [tag] = /<meta[^>]*http-equiv="refresh"[^>]*>/i.exec(text) ?? [];
  return tag === undefined ? undefined : /url=(.*)$/i.exec(attribute(tag, 'content') ?? '')?.[1];
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescaped(value);
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
