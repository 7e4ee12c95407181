/**
 * What a profile is, but for where it is and for what its functions do: to compare the one that an app gives with the one that
 * its module exports.
 */
export function profileJson({ module: _, ...fields }: { readonly module?: string }): string {
  return JSON.stringify(fields, (_, value) => (typeof value === 'function' ? 'function' : value));
}
