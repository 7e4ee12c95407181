import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../kernel/problem.ts';

/**
 * The token that forms of a browser carry (OWASP, Cross-Site Request Forgery Prevention: a token bound to the session).
 * It is a hash of the cookie's secret, which no other site reads or sets: the cookie is HttpOnly and `__Host-`.
 */
export function csrfToken(secret: string): string {
  return createHash('sha256').update(`csrf\0${secret}`).digest('base64url');
}

/** Refuses a form that is not of the browser whose token is `expected`. Throws `stale_form`. */
export function requireCsrf(expected: string | undefined, given: string | undefined): void {
  if (expected === undefined || given === undefined) throw new Problem('stale_form');
  const [wanted, sent] = [Buffer.from(expected), Buffer.from(given)];
  if (wanted.length !== sent.length || !timingSafeEqual(wanted, sent)) throw new Problem('stale_form');
}
