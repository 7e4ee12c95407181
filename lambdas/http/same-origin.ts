import { headerValues } from '../kernel/headers.ts';
import { Problem } from '../kernel/problem.ts';
import type { PageSettings } from '../pages/page.ts';
import type { HttpRequest } from './event.ts';

/** The header that only a script can set, and another origin's only after a preflight that we do not allow. */
export const CONSOLE_HEADER = 'X-Latchkey-Console';

/** What a request of our own page has, each once; all three must hold (Fetch Metadata; RFC 6454, 7; OWASP, CSRF). */
const CHECKS: readonly (readonly [header: string, wanted: (url: string) => string])[] = [
  ['sec-fetch-site', () => 'same-origin'],
  ['origin', (url) => new URL(url).origin],
  [CONSOLE_HEADER.toLowerCase(), () => '1'],
];

/** Refuses what is not a script of the deployment's own origin. Throws `other_origin`. */
export function requireSameOrigin(
  { headers }: Pick<HttpRequest, 'headers'>,
  pages: Pick<PageSettings, 'url'> | undefined,
): void {
  const holds = CHECKS.every(([name, wanted]) => {
    const [value, ...more] = headerValues(headers, name);
    return pages !== undefined && more.length === 0 && value === wanted(pages.url);
  });
  if (!holds) throw new Problem('other_origin');
}
