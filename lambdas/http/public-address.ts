import { headerValues } from '../kernel/headers.ts';
import type { PageSettings } from '../pages/page.ts';
import type { HttpRequest } from './event.ts';

/**
 * Where a page is to be asked for instead, when it was asked for under another host than the deployment's public one:
 * at 127.0.0.1 for `localhost`, at the stage's URL beside a domain. There its cookies would be missing. Undefined for
 * the right host, and for what is submitted: that is refused for want of its cookie.
 */
export function publicAddress(
  { method, path, query, headers }: HttpRequest,
  pages: PageSettings | undefined,
): string | undefined {
  const [host] = headerValues(headers, 'host');
  if (pages === undefined || host === undefined || (method !== 'GET' && method !== 'HEAD')) return undefined;
  const { protocol, host: publicHost } = new URL(pages.url);
  if (URL.parse(`${protocol}//${host}`)?.host === publicHost) return undefined;
  const parameters = Object.entries(query).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const search = parameters.length === 0 ? '' : `?${new URLSearchParams(parameters)}`;
  return pages.url + path + search;
}
