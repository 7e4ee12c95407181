import { randomBytes } from 'node:crypto';
import type { Arguments } from './arguments.ts';

/** For how long a question stands. */
const SECONDS = 300;

/** Asks the person by the client (`elicitation/create`); undefined where the client cannot. */
export type Elicit = (question: string) => Promise<'agreed' | 'declined'>;

export type Outcome =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'declined' }
  /** Nothing was done: the agent asks its person, and calls again with the token. */
  | { readonly kind: 'asked'; readonly token: string };

/**
 * Has a person agree before something is destroyed or shown. A token is good once, for five minutes, and for the same
 * call only: an agent that has asked about one key cannot revoke another by it.
 */
export class Confirmations {
  readonly #asked = new Map<string, { readonly call: string; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async require(
    tool: string,
    args: Arguments,
    question: string,
    elicit: Elicit | undefined,
  ): Promise<Outcome> {
    if (elicit !== undefined) return { kind: await elicit(question) };
    const { confirm, ...rest } = args;
    const call = JSON.stringify([tool, Object.entries(rest).sort()]);
    if (typeof confirm === 'string' && this.#isGood(confirm, call)) return { kind: 'agreed' };
    const token = randomBytes(9).toString('base64url');
    this.#asked.set(token, { call, until: this.#now() + SECONDS * 1000 });
    return { kind: 'asked', token };
  }

  #isGood(token: string, call: string): boolean {
    const asked = this.#asked.get(token);
    this.#asked.delete(token);
    return asked !== undefined && asked.call === call && this.#now() < asked.until;
  }
}
