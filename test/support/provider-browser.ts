import type { HttpRequest, HttpResponse, Send } from './http.ts';
import { expectStatus } from './stack.ts';

/** A browser that signs in with an identity provider, as far as it matters here: it has one cookie, and runs no script. */
export class ProviderBrowser {
  cookie: string | undefined;
  readonly #send: Send;
  readonly #providerId: string;

  constructor(send: Send, providerId: string) {
    this.#send = send;
    this.#providerId = providerId;
  }

  async send(target: string, { headers = {}, ...request }: HttpRequest = {}): Promise<HttpResponse> {
    const sent = this.cookie === undefined ? headers : { cookie: this.cookie, ...headers };
    const response = await this.#send(target, { headers: sent, ...request });
    for (const set of response.values['set-cookie'] ?? []) this.cookie = set.split(';', 1)[0];
    return response;
  }

  async post(path: string, fields: Readonly<Record<string, string>>): Promise<HttpResponse> {
    const { text } = await this.send('GET /sign-in?continue=/device');
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `${new URLSearchParams({ csrf, continue: '/device', ...fields })}`;
    return this.send(`POST ${path}`, { headers, body });
  }

  /** The URL that the provider's button leads to. Throws where it leads nowhere. */
  async begin(): Promise<string> {
    const { text } = expectStatus(await this.post(`/sign-in/${this.#providerId}`, {}), 200);
    const [, url = ''] = /content="0;url=([^"]+)"/.exec(text) ?? [];
    return new URL(url.replaceAll('&amp;', '&')).href;
  }

  /** The address of who is signed in. */
  async who(): Promise<string | undefined> {
    return /You are signed in<[\s\S]*?as (\S+?)</.exec((await this.send('GET /sign-in')).text)?.[1];
  }
}
