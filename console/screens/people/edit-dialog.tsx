import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { fieldFault } from '../../api/errors.ts';
import { updateUser } from '../../api/generated/sdk.gen.ts';
import type { Role, UpdateUserRequest, User } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { Field, Input } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useRefusal } from '../../ui/refusal.tsx';
import { toast } from '../../ui/toasts.tsx';
import { nameOf } from './filter.ts';
import { refreshPeople } from './loaded-people.ts';
import { RoleChoice } from './role-choice.tsx';
import { PEOPLE_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    title: (name: string) => `Change ${name}`,
    lead: 'A role holds from the next request of theirs.',
    saved: 'Saved',
    undone: 'Undone',
  },
  {
    title: (name: string) => `${name} ändern`,
    lead: 'Eine Rolle gilt ab der nächsten Anfrage der Person.',
    saved: 'Gespeichert',
    undone: 'Rückgängig gemacht',
  },
);

/** Changes name and role. Only what differs is sent, and it can be taken back. The role stands in the URL: it may lead to the sign-in. */
export function EditDialog({ person, onClose }: { readonly person: User; readonly onClose: () => void }) {
  const words = { ...useTexts(PEOPLE_TEXTS), ...useTexts(TEXTS) };
  const explain = useRefusal();
  const { id } = person;
  const [name, setName] = useState(person.full_name ?? '');
  const { parameters, change } = useUrlParameters<'role'>();
  const role = parameters.get('role') ?? person.role;
  const send = (body: UpdateUserRequest) =>
    dataOf(updateUser({ path: { id }, body, throwOnError: true })).finally(refreshPeople);
  const full_name = name.trim() || null;
  const body = {
    ...(full_name !== person.full_name && { full_name }),
    ...(role !== person.role && { role: role as Role }),
  };
  const undo = () => {
    const { full_name, role } = person;
    const before = {
      ...('full_name' in body && { full_name }),
      ...('role' in body && { role: role as Role }),
    };
    send(before).then(
      () => toast(words.undone),
      (error) => toast(explain(error), { tone: 'danger' }),
    );
  };
  return (
    <FormDialog
      title={words.title(nameOf(person))}
      lead={words.lead}
      submit={words.save}
      disabled={Object.keys(body).length === 0}
      told={['full_name']}
      act={() => send(body)}
      onDone={() => {
        toast(words.saved, { undo });
        onClose();
      }}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={words.name} optional={words.optional} fault={fieldFault(error, 'full_name')}>
            {(ids) => (
              <Input {...ids} maxLength={100} value={name} onChange={({ target }) => setName(target.value)} />
            )}
          </Field>
          <RoleChoice role={role} present={person.role} onChange={(chosen) => change({ role: chosen })} />
        </>
      )}
    </FormDialog>
  );
}
