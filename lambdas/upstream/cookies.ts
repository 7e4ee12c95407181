/** The beginning of the name of every cookie of Latchkey's own pages. Browsers compare it without regard to case. */
const OURS = /^[\s=]*__Host-latchkey-/i;

/** A `Cookie` value without the cookies of ours; empty when it had no others. The rest stays as it was written. */
export function withoutOurCookies(value: string): string {
  if (!/__Host-latchkey-/i.test(value)) return value;
  return value
    .split(';')
    .filter((pair) => !OURS.test(pair))
    .join(';')
    .trim();
}

/** A `Set-Cookie` value; nothing where it would set a cookie of ours. */
export function withoutOurSetCookies(value: string): readonly string[] {
  return OURS.test(value) ? [] : [value];
}
