import { dictionary } from '@zxcvbn-ts/language-common';
import { invalidField } from '../kernel/problem.ts';

/** Passwords that stand in the lists of breaches, most common first (`@zxcvbn-ts/language-common`). */
let common: ReadonlySet<string> | undefined;

/** Throws `invalid_field` for a password that attackers try first: one of the list, or the address itself. */
export function requireUncommonPassword(password: string, email: string, field: string): void {
  common ??= new Set(dictionary['passwords-common'].map(String));
  const lower = password.normalize('NFC').toLowerCase();
  if (common.has(lower)) throw invalidField(field, 'is one of the most common passwords. Choose another');
  if (lower === email || lower === email.split('@', 1)[0])
    throw invalidField(field, 'must not be the e-mail address');
}
