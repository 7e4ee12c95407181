type Json = Readonly<Record<string, unknown>>;

/** Objects with fewer fields than this are as short as their name. */
const FIELDS_WORTH_A_NAME = 3;

/** The objects that a document describes in full in more than one place: the fields of each, and where. */
export function repeatedObjects(document: unknown): { readonly fields: string; readonly places: string[] }[] {
  const places = new Map<string, string[]>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const fields = Object.keys((value as { properties?: Json }).properties ?? {}).sort();
    if (fields.length >= FIELDS_WORTH_A_NAME) {
      const name = fields.join(', ');
      places.set(name, [...(places.get(name) ?? []), path]);
    }
    for (const [name, member] of Object.entries(value)) visit(member, `${path}/${name}`);
  };
  visit(document, '#');
  return [...places].flatMap(([fields, found]) => (found.length > 1 ? [{ fields, places: found }] : []));
}
