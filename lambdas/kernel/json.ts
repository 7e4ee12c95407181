import { Problem } from './problem.ts';
import { requireStorable } from './storable.ts';

/** What JSON's structure is made of (RFC 8259, 2 and 7). Numbers and words hold nothing of it. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

/**
 * Reads JSON that a caller has sent. A member that comes twice would be read differently by two readers (RFC 8259, 4), so
 * it is an error, as is what could not be stored. Throws `malformed_request`, and a `SyntaxError` for what is no JSON.
 * @param visit called with each member, the innermost first
 */
export function parseJson(text: string, visit: () => void = () => undefined): unknown {
  const value: unknown = JSON.parse(text, (name, member) => {
    visit();
    return requireStorable(name, member);
  });
  requireUniqueMembers(text);
  return value;
}

/** Whether it is an object of JSON: no list, and not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that a text is in JSON; undefined for anything else. V8's error quotes the text, which may hold a secret. */
export function objectOf<Value extends object>(text: string): Partial<Value> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as Partial<Value>) : undefined;
  } catch {
    return undefined;
  }
}

/** Walks over the tokens of what is known to be JSON: no recursion, so that no depth can exhaust the stack. */
function requireUniqueMembers(text: string): void {
  /** The names of each object that is open; null for an array. */
  const open: (Set<string> | null)[] = [];
  let before = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ',' && (before === '{' || before === ',')) takeName(open.at(-1), token);
    before = token;
  }
}

function takeName(names: Set<string> | null | undefined, token: string): void {
  if (!names) return;
  const name: string = JSON.parse(token);
  if (names.has(name))
    throw new Problem('malformed_request', { message: `The member ${printable(name)} comes twice.` });
  names.add(name);
}

/** A caller's word that is short and plain enough to be said back. */
export function printable(text: string): string {
  return JSON.stringify(text.slice(0, 64)).slice(1, -1);
}
