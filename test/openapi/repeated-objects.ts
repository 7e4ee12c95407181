type Json = Readonly<Record<string, unknown>>;

/** Objects with fewer fields than this are as short as their name. */
const FIELDS_WORTH_A_NAME = 3;

/**
 * The objects that a document describes in full in more than one place: the fields of each, and where. What requests have
 * (closed objects) is another thing than what responses have, and so is one that must have what the other may. `frames` are examples of what a profile wraps its results in:
 * not one object, but one for each thing in it.
 */
export function repeatedObjects(
  document: unknown,
  frames: readonly unknown[],
): { readonly fields: string; readonly places: string[] }[] {
  const wrapping = new Set(frames.flatMap(objectsIn).map((each) => Object.keys(each).sort().join(', ')));
  const places = new Map<string, string[]>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const {
      properties,
      required = [],
      additionalProperties,
    } = value as { properties?: Json; required?: readonly string[]; additionalProperties?: unknown };
    const fields = Object.keys(properties ?? {}).sort();
    if (fields.length >= FIELDS_WORTH_A_NAME && !wrapping.has(fields.join(', '))) {
      const marked = fields.map((field) => (required.includes(field) ? field : `${field}?`));
      const name = `${marked.join(', ')}${additionalProperties === false ? ' (closed)' : ''}`;
      places.set(name, [...(places.get(name) ?? []), path]);
    }
    for (const [name, member] of Object.entries(value)) visit(member, `${path}/${name}`);
  };
  visit(document, '#');
  return [...places].flatMap(([fields, found]) => (found.length > 1 ? [{ fields, places: found }] : []));
}

function objectsIn(value: unknown): object[] {
  return typeof value === 'object' && value !== null
    ? [value, ...Object.values(value).flatMap(objectsIn)]
    : [];
}
