import type { HeaderValues } from '../kernel/headers.ts';
import { folded, isCredential, isRefusedDirectly } from '../upstream/header-table.ts';

/** Headers as they came: name, value, name, value, such as Node's `rawHeaders`. */
export function headerLines(raw: readonly string[]): HeaderValues {
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), raw[index + 1] ?? '']);
  }
  return Object.fromEntries(headers);
}

/**
 * Headers of which a platform has joined the values of a name (Fetch standard, 2.2; payload 2.0): those of a credential, which
 * has no comma, come apart again, so that two are seen to be two.
 */
export function joinedHeaders(lines: Iterable<readonly [string, string | undefined]>): HeaderValues {
  return Object.fromEntries(
    [...lines].flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, isCredential(name) ? value.split(',') : [value]]];
    }),
  );
}

/**
 * Whether a service must not see a header of a client: it would be taken for our identity, or for another method, path or
 * workspace than was decided on, in any spelling that some framework reads so (docs/upstream.md, "Headers that end here").
 */
export function isWithheld(name: string): boolean {
  return isRefusedDirectly(name) || folded(name).startsWith('x-latchkey');
}
