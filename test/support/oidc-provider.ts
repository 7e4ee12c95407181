import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';

/** A client of the provider: its id is the `sub` of its tokens. */
export interface OidcClient {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly ttl?: number;
}

export type OidcKeys = readonly (readonly [algorithm: string, kid: string])[];

const NEW_KEY: Readonly<Record<string, () => { readonly privateKey: KeyObject }>> = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

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
  ): Promise<void> {
    await this.stop();
    const child = spawn(process.execPath, [join(import.meta.dirname, 'oidc-process.js')], {
      env: {
        ...process.env,
        PORT: String(this.#port),
        CLIENTS: JSON.stringify(clients),
        KEYS: JSON.stringify(keys.map(([algorithm, kid]) => this.#key(algorithm, kid))),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    const [line] = await once(child.stdout, 'data');
    this.#port = Number(String(line).split(' ')[1]);
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
