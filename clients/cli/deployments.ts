import { Latchkey } from '../typescript/src/index.ts';
import { endpointFault } from '../typescript/src/options.ts';
import { usageError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { locked } from './lock.ts';
import { placesOf } from './places.ts';
import { readPrivateJson, writePrivateJson } from './private-file.ts';
import type { Storage } from './secret-store.ts';
import { text, type Values } from './syntax.ts';

/** What is remembered of a deployment: nothing secret. */
export interface Deployment {
  /** Where its secret is. */
  readonly storage: Storage;
  /** The OAuth client that this installation has registered there; null where none was needed. */
  readonly client_id: string | null;
}

interface Config {
  /** The deployment that was signed in to last. */
  readonly current?: string;
  readonly deployments?: Readonly<Record<string, Deployment>>;
}

/** The deployments that this person has signed in to. */
export class Deployments {
  readonly #path: string;

  constructor(io: Io) {
    this.#path = placesOf(io).config;
  }

  async find(url: string): Promise<Deployment | undefined> {
    return (await this.#read()).deployments?.[url];
  }

  async current(): Promise<string | undefined> {
    return (await this.#read()).current;
  }

  /** Remembers a deployment, as the one that is meant where none is named. */
  remember(url: string, deployment: Deployment): Promise<void> {
    return this.#change(({ deployments }) => ({
      current: url,
      deployments: { ...deployments, [url]: deployment },
    }));
  }

  async #read(): Promise<Config> {
    return (await readPrivateJson<Config>(this.#path)) ?? {};
  }

  #change(change: (config: Config) => Config): Promise<void> {
    return locked(`${this.#path}.lock`, async () => writePrivateJson(this.#path, change(await this.#read())));
  }
}

/**
 * The deployment that a call is for: `--url`, `LATCHKEY_URL`, or the one that was signed in to last. Throws `CliError`
 * where there is none, for what is no URL, and for one that would carry credentials in the open.
 */
export async function urlOf(values: Values, io: Io): Promise<string> {
  const url =
    text(values, 'url') ?? (io.env.LATCHKEY_URL || undefined) ?? (await new Deployments(io).current());
  if (url === undefined) throw usageError('Which deployment? Name it with --url or LATCHKEY_URL.');
  const fault = endpointFault(url);
  if (fault !== undefined) throw usageError(`--url ${fault}.`);
  return new Latchkey({ endpoint: url, apiKey: null }).root;
}
