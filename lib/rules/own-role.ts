import type { Rule } from './rule.ts';
import { shared } from './shared.ts';

/** Least privilege needs a role for each function. */
export const ownRole: Rule = {
  name: 'own-role',
  description: 'A function shares its role with another, and so its rights.',
  fix: 'Make the function with LatchkeyFunction, which gives it a role of its own.',
  broken: (template) => shared(template, (properties) => properties.Role),
};
