/** HTML whose parts were escaped when it was made. Nothing else makes one but {@link html}. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text, which is escaped; markup, as it is; and nothing. */
export type Part = string | number | Markup | readonly Markup[] | null;

/** Makes markup of a template. Every text in it is escaped, so that it may stand in content and in quoted attributes. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const [first = '', ...rest] = template;
  return new Markup(first + rest.map((literal, index) => written(parts[index] ?? null) + literal).join(''));
}

function written(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
