import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { ApiError, fieldFault } from '../../api/errors.ts';
import { changePassword, requestEmailChange } from '../../api/generated/sdk.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { sessionsQuery, useMay, useMe } from '../../app/me.ts';
import { basePath } from '../../app/settings.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Card } from '../../ui/parts.tsx';
import { TextDialog } from '../../ui/text-dialog.tsx';
import { toast } from '../../ui/toasts.tsx';
import { ACCOUNT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    you: 'You',
    name: 'Name',
    byOthers: 'Who manages people can change it.',
    address: 'Address',
    password: 'Password',
    addressTitle: 'Change your address',
    addressLead:
      'The new one gets a link, good for 24 hours. Once you use it, it holds; the old one can take it back for 7 days.',
    newAddress: 'New address',
    send: 'Send the link',
    sent: (address: string) => `If ${address} is free, a link is on its way there.`,
    passwordTitle: 'Change your password',
    passwordLead: 'All other sessions end. API keys go on.',
    present: 'Present password',
    wrong: 'This is not your present password.',
    next: 'New password',
    forgot: 'Forgotten, or never had one?',
    changed: 'Your password is changed',
  },
  {
    you: 'Sie',
    name: 'Name',
    byOthers: 'Wer Personen verwaltet, kann ihn ändern.',
    address: 'Adresse',
    password: 'Passwort',
    addressTitle: 'Ihre Adresse ändern',
    addressLead:
      'Die neue bekommt einen Link, der 24 Stunden gilt. Sobald Sie ihn benutzen, gilt sie; die alte kann sie 7 Tage lang zurücknehmen.',
    newAddress: 'Neue Adresse',
    send: 'Link senden',
    sent: (address: string) => `Wenn ${address} frei ist, ist ein Link dorthin unterwegs.`,
    passwordTitle: 'Ihr Passwort ändern',
    passwordLead: 'Alle anderen Sitzungen enden. API-Schlüssel gelten weiter.',
    present: 'Jetziges Passwort',
    wrong: 'Das ist nicht Ihr jetziges Passwort.',
    next: 'Neues Passwort',
    forgot: 'Vergessen, oder nie eines gehabt?',
    changed: 'Ihr Passwort ist geändert',
  },
);

/** Who the reader is: name, address and password. */
export function Profile() {
  const words = { ...useTexts(ACCOUNT_TEXTS), ...useTexts(TEXTS) };
  const { user_id, email, full_name } = useMe();
  const managesPeople = useMay('people');
  const { doing, begin, end } = useDoing<'address' | 'password'>();
  const [sentTo, setSentTo] = useState<string>();
  const change = (what: 'address' | 'password') => (
    <Button aria-label={words[`${what}Title`]} onClick={() => begin(what)}>
      {words.change}
    </Button>
  );
  return (
    <Card title={words.you} flush>
      <Items>
        <Item
          title={words.name}
          actions={managesPeople && <LinkButton to={`/people/${user_id}?do=edit`}>{words.change}</LinkButton>}
        >
          {full_name ?? '–'} {!managesPeople && words.byOthers}
        </Item>
        <Item title={words.address} actions={change('address')}>
          {email}
          {sentTo && (
            <p role="status" className="text-ok">
              {words.sent(sentTo)}
            </p>
          )}
        </Item>
        <Item title={words.password} actions={change('password')} />
      </Items>
      {doing === 'address' && (
        <TextDialog
          title={words.addressTitle}
          lead={words.addressLead}
          submit={words.send}
          label={words.newAddress}
          field="email"
          type="email"
          act={async (address) => {
            await requestEmailChange({ body: { email: address }, throwOnError: true });
            setSentTo(address);
          }}
          onDone={end}
          onClose={end}
        />
      )}
      {doing === 'password' && <PasswordDialog onClose={end} />}
    </Card>
  );
}

function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const words = useTexts(TEXTS);
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const client = useQueryClient();
  return (
    <FormDialog
      title={words.passwordTitle}
      lead={words.passwordLead}
      submit={words.passwordTitle}
      disabled={present === '' || next === ''}
      told={['new_password', 'wrong_password']}
      act={() =>
        dataOf(
          changePassword({ body: { current_password: present, new_password: next }, throwOnError: true }),
        )
      }
      onDone={() => {
        void client.invalidateQueries(sessionsQuery);
        toast(words.changed);
        onClose();
      }}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field
            label={words.present}
            fault={error instanceof ApiError && error.code === 'wrong_password' ? words.wrong : undefined}
            hint={
              <a className="underline" href={`${basePath}/reset-password`}>
                {words.forgot}
              </a>
            }
          >
            {(ids) => (
              <Input
                {...ids}
                autoFocus
                type="password"
                autoComplete="current-password"
                value={present}
                onChange={({ target }) => setPresent(target.value)}
              />
            )}
          </Field>
          <Field label={words.next} fault={fieldFault(error, 'new_password')}>
            {(ids) => (
              <Input
                {...ids}
                type="password"
                autoComplete="new-password"
                value={next}
                onChange={({ target }) => setNext(target.value)}
              />
            )}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
