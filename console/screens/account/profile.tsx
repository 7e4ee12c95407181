import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { changePassword, requestEmailChange, updateUser } from '../../api/generated/sdk.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { meQuery, sessionsQuery, useMay, useMe, useTenant } from '../../app/me.ts';
import { basePath } from '../../app/settings.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Card, Notice } from '../../ui/parts.tsx';
import { fieldFault } from '../../ui/refusal.tsx';
import { toast } from '../../ui/toasts.tsx';
import { ACCOUNT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    you: 'You',
    noName: 'None yet',
    byOthers: 'Who manages people can change it.',
    address: 'Address',
    password: 'Password',
    passwordText: 'A new one ends your other sessions.',
    role: 'Role',
    at: (tenant: string) => `at ${tenant}`,
    nameTitle: 'Change your name',
    addressTitle: 'Change your address',
    addressLead:
      'The new address gets a link, good for 24 hours. It is yours once you have used it; the old one can take it back for 7 days.',
    newAddress: 'New address',
    send: 'Send the link',
    sent: 'Look at your mail',
    sentText: (address: string) => `If ${address} is free, a link is on its way to it.`,
    passwordTitle: 'Change your password',
    passwordLead: 'Your other sessions end, and those of your apps. API keys go on.',
    present: 'Present password',
    wrong: 'This is not your present password.',
    next: 'New password',
    forgot: 'Forgotten, or never had one? Get a link by mail',
    submit: 'Change the password',
    changed: 'Your password is changed',
  },
  {
    you: 'Sie',
    noName: 'Noch keiner',
    byOthers: 'Wer Personen verwaltet, kann ihn ändern.',
    address: 'Adresse',
    password: 'Passwort',
    passwordText: 'Ein neues beendet Ihre anderen Sitzungen.',
    role: 'Rolle',
    at: (tenant: string) => `bei ${tenant}`,
    nameTitle: 'Ihren Namen ändern',
    addressTitle: 'Ihre Adresse ändern',
    addressLead:
      'An die neue Adresse geht ein Link, der 24 Stunden gilt. Sie gilt, sobald Sie ihn benutzt haben; die alte kann sie 7 Tage lang zurücknehmen.',
    newAddress: 'Neue Adresse',
    send: 'Link senden',
    sent: 'Sehen Sie in Ihre Post',
    sentText: (address: string) => `Wenn ${address} frei ist, ist ein Link dorthin unterwegs.`,
    passwordTitle: 'Ihr Passwort ändern',
    passwordLead: 'Ihre anderen Sitzungen enden, auch die Ihrer Apps. API-Schlüssel gelten weiter.',
    present: 'Jetziges Passwort',
    wrong: 'Das ist nicht Ihr jetziges Passwort.',
    next: 'Neues Passwort',
    forgot: 'Vergessen, oder nie eines gehabt? Link per Mail bekommen',
    submit: 'Passwort ändern',
    changed: 'Ihr Passwort ist geändert',
  },
);

/** Who the reader is: name, address and password. */
export function Profile() {
  const words = { ...useTexts(ACCOUNT_TEXTS), ...useTexts(TEXTS) };
  const { email, full_name, role } = useMe();
  const tenant = useTenant();
  const managesPeople = useMay('people');
  const { doing, begin, end } = useDoing<'name' | 'address' | 'password'>();
  const [sentTo, setSentTo] = useState<string>();
  return (
    <Card title={words.you} flush>
      {sentTo && (
        <div role="status" className="p-4">
          <Notice title={words.sent}>
            <p>{words.sentText(sentTo)}</p>
          </Notice>
        </div>
      )}
      <Items>
        <Item
          title={words.name}
          actions={managesPeople && <Button onClick={() => begin('name')}>{words.change}</Button>}
        >
          <p>{full_name ?? words.noName}</p>
          {!managesPeople && <p>{words.byOthers}</p>}
        </Item>
        <Item
          title={words.address}
          actions={<Button onClick={() => begin('address')}>{words.change}</Button>}
        >
          {email}
        </Item>
        <Item
          title={words.password}
          actions={<Button onClick={() => begin('password')}>{words.change}</Button>}
        >
          {words.passwordText}
        </Item>
        <Item title={words.role}>
          {role} {tenant.data && words.at(tenant.data.name)}
        </Item>
      </Items>
      {doing === 'name' && managesPeople && <NameDialog onClose={end} />}
      {doing === 'address' && (
        <AddressDialog
          onClose={(address) => {
            setSentTo(address);
            end();
          }}
        />
      )}
      {doing === 'password' && <PasswordDialog onClose={end} />}
    </Card>
  );
}

function NameDialog({ onClose }: { readonly onClose: () => void }) {
  const words = { ...useTexts(ACCOUNT_TEXTS), ...useTexts(TEXTS) };
  const { user_id: id = '', full_name } = useMe();
  const [name, setName] = useState(full_name ?? '');
  const client = useQueryClient();
  return (
    <FormDialog
      title={words.nameTitle}
      submit={words.save}
      disabled={name.trim() === ''}
      told={['full_name']}
      act={() => dataOf(updateUser({ path: { id }, body: { full_name: name.trim() }, throwOnError: true }))}
      onDone={() => {
        void client.invalidateQueries(meQuery);
        toast(words.saved);
        onClose();
      }}
      onClose={onClose}
    >
      {(error) => (
        <Field label={words.name} fault={fieldFault(error, 'full_name')}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              autoComplete="name"
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
      )}
    </FormDialog>
  );
}

function AddressDialog({ onClose }: { readonly onClose: (sentTo?: string) => void }) {
  const words = useTexts(TEXTS);
  const [address, setAddress] = useState('');
  return (
    <FormDialog
      title={words.addressTitle}
      lead={words.addressLead}
      submit={words.send}
      disabled={address.trim() === ''}
      told={['email']}
      act={() => dataOf(requestEmailChange({ body: { email: address.trim() }, throwOnError: true }))}
      onDone={() => onClose(address.trim())}
      onClose={onClose}
    >
      {(error) => (
        <Field label={words.newAddress} fault={fieldFault(error, 'email')}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              type="email"
              autoComplete="email"
              value={address}
              onChange={({ target }) => setAddress(target.value)}
            />
          )}
        </Field>
      )}
    </FormDialog>
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
      submit={words.submit}
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
