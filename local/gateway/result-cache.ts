/** Results of a Lambda authorizer by its identity sources, for so many seconds; with 0 there is none. */
export class ResultCache<Result> {
  readonly #milliseconds: number;
  readonly #now: () => number;
  readonly #results = new Map<string, { readonly result: Result; readonly until: number }>();

  constructor(seconds: number, now: () => number) {
    this.#milliseconds = seconds * 1000;
    this.#now = now;
  }

  /** The result of these identities, which `ask` gives where none is kept. What it throws is kept for nobody. */
  async of(identities: readonly unknown[], ask: () => Promise<Result>): Promise<Result> {
    const key = JSON.stringify(identities);
    const kept = this.#results.get(key);
    if (kept !== undefined && kept.until > this.#now()) return kept.result;
    const result = await ask();
    if (this.#milliseconds > 0) this.#results.set(key, { result, until: this.#now() + this.#milliseconds });
    return result;
  }
}
