import type { HeaderValues } from '../kernel/headers.ts';
import { folded, isRefusedDirectly } from '../upstream/header-table.ts';

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
 * Whether a service must not see a header of a client: it would be taken for our identity, or for another method, path or
 * workspace than was decided on, in any spelling that some framework reads so (docs/upstream.md, "Headers that end here").
 */
export function isWithheld(name: string): boolean {
  return isRefusedDirectly(name) || folded(name).startsWith('x-latchkey');
}
