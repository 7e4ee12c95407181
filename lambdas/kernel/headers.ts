/** Request headers with all their values, however the names are spelled (RFC 9110, 5.1). */
export type HeaderValues = Readonly<Record<string, readonly string[] | undefined>>;

/**
 * All values of a header; `name` in lower case. A decision asks for six: names of another length are not folded, and nothing is
 * copied but what is found.
 */
export function headerValues(headers: HeaderValues, name: string): string[] {
  const found: string[] = [];
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const values = headers[key];
    if (values !== undefined) found.push(...values);
  }
  return found;
}
