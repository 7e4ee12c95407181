/** A part of a document, as JSON has it. */
export type Json = Readonly<Record<string, unknown>>;

/** Where a document keeps its named parts of one kind. */
export type ComponentKind = 'schemas' | 'responses' | 'headers' | 'parameters';

/** A reference to a named part. */
export function reference(kind: ComponentKind, name: string): Json {
  return { $ref: `#/components/${kind}/${name}` };
}

/** The name that a reference has. */
export function nameIn($ref: string): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}

/** The names of one kind that a part of a document refers to. */
export function referredNames(kind: ComponentKind, part: unknown): Set<string> {
  const prefix = `#/components/${kind}/`;
  const names = new Set<string>();
  JSON.stringify(part, (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string' && value.startsWith(prefix))
      names.add(value.slice(prefix.length));
    return value;
  });
  return names;
}

/** `retry_after` and `listKeys` as `RetryAfter` and `ListKeys`. */
export function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
