import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../kernel/problem.ts';

/**
 * The token that forms of a browser carry (OWASP, Cross-Site Request Forgery Prevention: a token bound to the session).
 * It is a hash of the cookie's secret, which no other site reads or sets: the cookie is HttpOnly and `__Host-`.
 */
export function csrfToken(secret: string): string {
  return createHash('sha256').update(`csrf\0${secret}`).digest('base64url');
}

/** Whether a form's token is the one that is expected, in constant time. */
export function isSameToken(expected: string, given: string | undefined): boolean {
  const [wanted, sent] = [Buffer.from(expected), Buffer.from(given ?? '')];
  return wanted.length === sent.length && timingSafeEqual(wanted, sent);
}

/** Refuses a form that is not of the browser whose token is `expected`. Throws `stale_form`. */
export function requireCsrf(expected: string | undefined, given: string | undefined): void {
  if (expected === undefined || !isSameToken(expected, given)) throw new Problem('stale_form');
}
