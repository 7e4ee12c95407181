import * as z from 'zod';
import { AREAS, METHODS } from '../lambdas/contract/access.ts';
import { OPERATOR_ROLE } from '../lambdas/contract/operators.ts';
import { MAX_SCOPES, ROLE_NAME, SCOPE_NAME } from '../lambdas/contract/scopes.ts';
import { atLeastOne, fields, flag, text } from './config-fields.ts';

/** RFC 6749, 3.3. One name is taken by JavaScript. */
export const scopeName = () =>
  text(
    new RegExp(`^(?!__proto__$)${SCOPE_NAME.source.slice(1)}`),
    'the name of a scope: 1 to 64 printable ASCII characters without blanks, " and \\',
  );

export const roleName = () =>
  text(ROLE_NAME, 'the name of a role: a letter, then at most 63 letters, digits, -, _ and :');

const description = () =>
  text(/^[^\u0000-\u001f\u007f]{1,200}$/, 'a text of 1 to 200 characters on one line');

const scope = fields({
  /** As in a token's `scope`, such as `documents:read`. Never one that meant something else: old keys would regain it. */
  name: scopeName(),
  /** For whoever asks for keys with it. */
  description: description(),
  /** What else whoever has it has, by name. @default [] */
  includes: z.array(scopeName()).readonly().default([]),
  /** Whether it manages keys, people or settings: nobody is given such a scope by default. @default false */
  managing: flag().default(false),
});

const role = fields({
  /** Scopes by their names. */
  scopes: atLeastOne(scopeName(), 'scope'),
  description: description().exactOptional(),
});

const optionalScope = () => scopeName().exactOptional();

/** A scope for each of some names; absent ones are the profile's. */
const scopesBy = <Name extends string>(names: readonly Name[]) => {
  const shape = Object.fromEntries(names.map((name) => [name, optionalScope()]));
  return fields(shape as Record<Name, ReturnType<typeof optionalScope>>);
};

/** The fields of a configuration that say what scopes and roles there are. Their names are checked by `rights.ts`. */
export const rightsFields = {
  /** What keys and people can be allowed to do; null for the profile's. @default null */
  scopes: z
    .array(scope)
    .min(1, { error: 'must be a list of at least one scope' })
    .max(MAX_SCOPES, { error: `must be at most ${MAX_SCOPES} scopes` })
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
      error: 'must have each name once',
    })
    .readonly()
    .nullable()
    .default(null),
  /** What people can be, by the role's name; null for the profile's. @default null */
  roles: z
    .record(roleName(), role)
    .refine((all) => Object.keys(all).length <= MAX_SCOPES, { error: `must be at most ${MAX_SCOPES} roles` })
    .refine((all) => !Object.hasOwn(all, OPERATOR_ROLE), {
      error: `must not have ${OPERATOR_ROLE}, the role of who runs the deployment; give it another name`,
    })
    .nullable()
    .default(null),
  /** The role of whoever opens an account. @default - the profile's; of other roles the only one that manages people */
  ownerRole: roleName().nullable().default(null),
  /** The scopes that Latchkey's own routes take, by what they are about. @default - the profile's */
  areaScopes: scopesBy(AREAS).prefault({}),
  /** The scope that a method of the upstream takes; HEAD takes GET's. @default - the profile's */
  methodScopes: scopesBy(METHODS).prefault({}),
  /** The scopes of a key that is created without any, as far as its creator has them; null for the profile's. @default null */
  defaultScopes: z.array(scopeName()).readonly().nullable().default(null),
  /** The scopes of the key that onboarding hands out; null for the profile's. @default null */
  onboardingScopes: atLeastOne(scopeName(), 'scope').nullable().default(null),
};
