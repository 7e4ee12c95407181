import type { User } from '../../api/generated/types.gen.ts';

type Named = Pick<User, 'email' | 'full_name'>;

/** What somebody is called: by their name, else by their address. */
export function nameOf({ full_name, email }: Named): string {
  return full_name ?? email;
}

/** The people in whose name, address or role every word of `text` is, by their names; whatever the case of letters. */
export function matchingPeople<Person extends Named & Pick<User, 'role'>>(
  people: readonly Person[],
  text: string,
): readonly Person[] {
  const words = text.toLowerCase().split(/\s+/);
  return people
    .filter(({ full_name, email, role }) => {
      const all = `${full_name ?? ''} ${email} ${role}`.toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .toSorted((left, right) => nameOf(left).localeCompare(nameOf(right)));
}

/** A role as the settings tell it: the smallest first. */
export interface RoleOfSettings {
  readonly name: string;
  readonly scopes: readonly string[];
}

/**
 * The roles that may be given: those of which somebody has every right (`holds`), as the API refuses the others; and
 * `present`, which stays if nobody changes it.
 */
export function givableRoles(
  roles: readonly RoleOfSettings[],
  holds: (scope: string) => boolean,
  present?: string,
): readonly RoleOfSettings[] {
  return roles.filter(({ name, scopes }) => name === present || scopes.every(holds));
}
