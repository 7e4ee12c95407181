/** Fields without those that are undefined, as whoever compiles without `exactOptionalPropertyTypes` writes absent ones. */
export function withoutUndefined<Of extends object>(fields: Of): Of {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Of;
}
