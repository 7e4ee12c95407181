/** A result of one JSON text a line (NDJSON), for rows that answer with more than a document. */
export class Ndjson {
  readonly lines: readonly object[];
  /** Where the next response begins; null on the last. */
  readonly nextCursor: string | null;

  constructor(lines: readonly object[], nextCursor: string | null) {
    this.lines = lines;
    this.nextCursor = nextCursor;
  }

  get text(): string {
    return this.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
}
