/** A document with each reference replaced by what it refers to, and what stands beside it. References make no circles. */
export function dereferenced<Document>(document: Document): Document {
  const replaced = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(replaced);
    const { $ref, ...others } = value as { readonly $ref?: unknown };
    const members = Object.entries(others).map(([name, member]) => [name, replaced(member)]);
    const own = Object.fromEntries(members) as object;
    return typeof $ref === 'string' ? { ...(replaced(target($ref)) as object), ...own } : own;
  };
  const target = ($ref: string) => {
    const found = $ref
      .replace('#/', '')
      .split('/')
      .reduce<unknown>(
        (part, name) => (part as Readonly<Record<string, unknown>> | undefined)?.[name],
        document,
      );
    if (found === undefined) throw new Error(`${$ref} leads nowhere`);
    return found;
  };
  return replaced(document) as Document;
}
