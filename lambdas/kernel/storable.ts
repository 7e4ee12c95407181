import { Problem } from './problem.ts';

/**
 * An unpaired surrogate can be escaped in JSON (RFC 8259, 8.2) but not be stored: it has no UTF-8. A member `__proto__`
 * would be lost on its way through objects. A reviver for `JSON.parse`; throws `malformed_request`.
 */
export function requireStorable(name: string, value: unknown): unknown {
  if (name === '__proto__') {
    throw new Problem('malformed_request', { message: 'The body must not have a member __proto__.' });
  }
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw new Problem('malformed_request', { message: 'The body must be well-formed Unicode.' });
  }
  return value;
}
