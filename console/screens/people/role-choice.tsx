import { useTexts } from '../../app/language.ts';
import { useMe } from '../../app/me.ts';
import { covers, settings } from '../../app/settings.ts';
import { Choice } from '../../ui/field.tsx';
import { givableRoles, type RoleOfSettings } from './filter.ts';
import { PEOPLE_TEXTS } from './texts.ts';

/** The roles that the reader may give, and the one that somebody has; the smallest first. */
export function useRoles(present?: string): readonly RoleOfSettings[] {
  const { scopes: held } = useMe();
  return givableRoles(settings.roles, (scope) => covers(held, scope), present);
}

/** The roles that the reader may give, with what each may do. */
export function RoleChoice({
  role,
  present,
  onChange,
}: {
  readonly role: string;
  readonly present?: string;
  readonly onChange: (role: string) => void;
}) {
  const words = useTexts(PEOPLE_TEXTS);
  const roles = useRoles(present);
  return (
    <Choice
      legend={words.role}
      value={role}
      options={roles.map(({ name, scopes }) => ({ value: name, label: name, hint: scopes.join(', ') }))}
      onChange={onChange}
    />
  );
}
