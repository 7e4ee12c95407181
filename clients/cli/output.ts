import type { Io } from './io.ts';
import type { Values } from './syntax.ts';

/** A column of a table: its heading, and what a row has there. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => unknown>>;

const BOLD = '1';
const RED = '31';
const GREEN = '32';
const YELLOW = '33';

/** How a value is set off, by what it is. */
const COLOURS: Readonly<Record<string, string>> = {
  active: GREEN,
  disabled: YELLOW,
  expired: YELLOW,
  suspended: YELLOW,
  revoked: RED,
  closed: RED,
};

/**
 * Controls, what turns the direction of a text around, and what cannot be seen, such as the tags that write a second text for
 * a model alone; not the selector by which an emoji has its colours.
 */
const UNPRINTABLE = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** A text of the server as a terminal may have it: nothing in it moves the cursor or writes into the title. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** JSON in which the same characters are escapes: a program reads them as they were, and a terminal obeys none. */
export function printableJson(value: unknown, indent?: number): string {
  const escaped = (character: string) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  // The new lines of the indentation are no text of the server: in texts `stringify` has escaped them.
  const lines = JSON.stringify(value, null, indent).split('\n');
  return lines.map((line) => line.replace(UNPRINTABLE, escaped)).join('\n');
}

/** Prints what a command found: for people, or with `--json` for programs. */
export class Output {
  readonly #io: Io;
  readonly isJson: boolean;

  constructor(io: Io, values: Values) {
    this.#io = io;
    this.isJson = values.json === true;
  }

  /** Rows as a table; as JSON an array of them as they are. */
  rows<Row>(rows: readonly Row[], columns: Columns<Row>): void {
    if (this.isJson) this.json(rows);
    else if (rows.length === 0) this.line('None.');
    else this.#table(rows, columns);
  }

  /** One thing: its fields line by line; as JSON as it is. */
  fields(fields: Readonly<Record<string, unknown>>): void {
    if (this.isJson) this.json(fields);
    else this.#fields(fields);
  }

  #fields(fields: Readonly<Record<string, unknown>>): void {
    const shown = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
    const width = Math.max(...shown.map(([name]) => name.length));
    for (const [name, value] of shown)
      this.line(`${this.#styled(name.padEnd(width), BOLD)}  ${this.#coloured(cell(value))}`);
  }

  /** One thing in one line, as it is: for what has no end. */
  jsonLine(value: unknown): void {
    this.line(printableJson(value));
  }

  json(value: unknown): void {
    this.line(printableJson(value, 2));
  }

  line(text: string): void {
    this.#io.stdout.write(`${text}\n`);
  }

  /** The heading of a table that goes on, the columns of which have these widths. */
  heading(columns: Columns<never>, widths: readonly number[]): void {
    const names = Object.keys(columns).map((name, index) => name.padEnd(widths[index] ?? 0));
    this.line(this.#styled(names.join('  ').trimEnd(), BOLD));
  }

  /** One row of it. */
  row<Row>(row: Row, columns: Columns<Row>, widths: readonly number[]): void {
    const cells = Object.values(columns).map((show, index) => cell(show(row)).padEnd(widths[index] ?? 0));
    this.line(cells.join('  ').trimEnd());
  }

  #table<Row>(rows: readonly Row[], columns: Columns<Row>): void {
    const cells = rows.map((row) => Object.values(columns).map((show) => cell(show(row))));
    const headings = Object.keys(columns);
    const widths = headings.map((heading, column) =>
      Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
    );
    const padded = (text: string, column: number) => text.padEnd(widths[column] ?? 0);
    this.line(this.#styled(headings.map(padded).join('  ').trimEnd(), BOLD));
    for (const row of cells) {
      const last = row.length - 1;
      const shown = row.map((text, column) => {
        const space = column === last ? '' : ' '.repeat((widths[column] ?? 0) - text.length);
        return this.#coloured(text) + space;
      });
      this.line(shown.join('  ').trimEnd());
    }
  }

  #coloured(text: string): string {
    const colour = Object.hasOwn(COLOURS, text) ? COLOURS[text] : undefined;
    return colour === undefined ? text : this.#styled(text, colour);
  }

  #styled(text: string, style: string): string {
    return hasColours(this.#io, this.#io.stdout) ? `\u001b[${style}m${text}\u001b[0m` : text;
  }
}

/** Whether a stream is a terminal whose person has not asked for none (no-color.org). */
export function hasColours({ env }: Pick<Io, 'env'>, stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : printable(value.join(', '));
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
