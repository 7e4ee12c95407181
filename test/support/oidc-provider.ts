import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** A client of the provider: its id is the `sub` of its tokens. */
export interface OidcClient {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly ttl?: number;
}

/** Clients by which people sign in with a browser, and what the provider says of the people, by their logins. */
export interface OidcWeb {
  readonly clients: readonly {
    readonly client_id: string;
    /** Undefined for a public client. */
    readonly client_secret?: string;
    readonly token_endpoint_auth_method: 'client_secret_basic' | 'none';
    readonly redirect_uris: readonly string[];
  }[];
  readonly people: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type OidcKeys = readonly (readonly [algorithm: string, kid: string])[];

const NEW_KEY: Readonly<Record<string, () => { readonly privateKey: KeyObject }>> = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

/** The port that the process prints; oidc-provider may warn of something before. */
async function portOf(output: Readable): Promise<number> {
  let text = '';
  for (;;) {
    text += String((await once(output, 'data'))[0]);
    const [, port] = /^port (\d+)$/m.exec(text) ?? [];
    if (port !== undefined) return Number(port);
  }
}

/** `oidc-provider` in a process of its own, which can be stopped and can hang. */
export class OidcProvider {
  #child: ChildProcess | undefined;
  #port: number;
  /** A key stays the same under its name. */
  readonly #keys = new Map<string, object>();

  /** @param port as it is wished, so that the configuration of a test is the same each time; any other if it is taken */
  constructor(port: number) {
    this.#port = port;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it, or starts it anew with other clients and keys at the same address. */
  async start(
    clients: Readonly<Record<string, OidcClient>> = {},
    keys: OidcKeys = [['RS256', 'a']],
    web: OidcWeb = { clients: [], people: {} },
  ): Promise<void> {
    await this.stop();
    const child = spawn(process.execPath, [join(import.meta.dirname, 'oidc-process.js')], {
      env: {
        ...process.env,
        PORT: String(this.#port),
        WEB: JSON.stringify(web.clients),
        PEOPLE: JSON.stringify(web.people),
        CLIENTS: JSON.stringify(clients),
        KEYS: JSON.stringify(keys.map(([algorithm, kid]) => this.#key(algorithm, kid))),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    this.#port = await portOf(child.stdout);
  }

  #key(alg: string, kid: string): object {
    const name = `${alg} ${kid}`;
    const made = this.#keys.get(name) ?? NEW_KEY[alg]?.().privateKey.export({ format: 'jwk' }) ?? {};
    this.#keys.set(name, made);
    return { ...made, alg, kid, use: 'sig' };
  }

  /** A JWT access token of a client, for an audience. */
  async token(client: string, audience: string): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client,
        client_secret: 'secret',
        resource: audience,
      }),
    });
    const body = (await response.json()) as { access_token?: string };
    if (body.access_token === undefined) throw new Error(`No token: ${JSON.stringify(body)}`);
    return body.access_token;
  }

  /** Signs in at the provider by HTTP, from the URL that we send a browser to. Gives the URL that it sends it back to. */
  async signIn(location: string, login: string): Promise<string> {
    const cookies = new Map<string, string>();
    let [url, body]: [string, URLSearchParams | undefined] = [location, undefined];
    for (let step = 0; step < 10; step += 1) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const response: Response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie },
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
      for (const set of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        cookies.set(name, value);
      }
      const next = response.headers.get('location');
      body = next === null ? new URLSearchParams({ prompt: 'login', login, password: 'x' }) : undefined;
      url = next === null ? url : new URL(next, url).href;
      if (!url.startsWith(this.issuer)) return url;
    }
    throw new Error(`The provider does not lead back from ${url}.`);
  }

  async jwks(): Promise<string> {
    return (await fetch(`${this.issuer}/jwks`)).text();
  }

  /** From now on it takes connections and answers nothing. */
  hang(): void {
    this.#child?.kill('SIGSTOP');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
