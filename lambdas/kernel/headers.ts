/** Request headers with all their values, however the names are spelled (RFC 9110, 5.1). */
export type HeaderValues = Readonly<Record<string, readonly string[] | undefined>>;

/** All values of a header; `name` in lower case. */
export function headerValues(headers: HeaderValues, name: string): string[] {
  return Object.entries(headers).flatMap(([key, values]) =>
    key.toLowerCase() === name ? [...(values ?? [])] : [],
  );
}
