import { useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { dataOf } from '../../api/client.ts';
import { removeUser, resetFactors, resetUserPassword, revokeKeys } from '../../api/generated/sdk.gen.ts';
import type { User } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { useMay, useMe, useTenant } from '../../app/me.ts';
import { settings } from '../../app/settings.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { refreshKeys } from '../../keys/loaded-keys.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { BackLink, Badge, Card, Fact, Facts, Mono, PageHead } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import { toast } from '../../ui/toasts.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { Factors } from './factors.tsx';
import { nameOf } from './filter.ts';
import { refreshPeople, useLoadedPerson, usePerson } from './loaded-people.ts';
import { PersonSessions } from './sessions.tsx';
import { PEOPLE_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    edit: 'Change name or role',
    remove: 'Remove',
    about: 'About this person',
    confirmed: 'confirmed',
    may: 'May',
    by: 'Added by',
    first: 'opened the account',
    trail: 'What they have done',
    signIn: 'Signing in',
    signInText: 'For somebody who is locked out, or has lost a device',
    own: 'Your own password, second factors and sessions are in your account',
    account: 'My account',
    password: 'Reset the password',
    passwordText: (email: string) =>
      `The present password and every session end at once. ${email} gets a mail with a link to choose another.`,
    passwordDone: 'The password is reset, and a mail is on its way',
    factorsReset: 'Reset second factors',
    factorsText: (email: string) =>
      `All that they have set up is removed, and ${email} is told by mail. Be sure that it is them who asks.`,
    factorsDone: 'The second factors are removed',
    removeTitle: (name: string) => `Remove ${name}?`,
    removeText: 'Every session of theirs ends at once. The API keys that they made go on.',
    keys: 'Revoke the API keys that they made, too',
    removed: (name: string) => `${name} is removed`,
  },
  {
    edit: 'Name oder Rolle ändern',
    remove: 'Entfernen',
    about: 'Über diese Person',
    confirmed: 'bestätigt',
    may: 'Darf',
    by: 'Hinzugefügt von',
    first: 'hat das Konto eröffnet',
    trail: 'Was sie getan hat',
    signIn: 'Anmeldung',
    signInText: 'Für jemanden, der nicht mehr hineinkommt oder ein Gerät verloren hat',
    own: 'Ihr eigenes Passwort, Ihre zweiten Faktoren und Sitzungen stehen in Ihrem Konto',
    account: 'Mein Konto',
    password: 'Passwort zurücksetzen',
    passwordText: (email: string) =>
      `Das jetzige Passwort und alle Sitzungen enden sofort. ${email} bekommt eine E-Mail mit einem Link, um ein anderes zu wählen.`,
    passwordDone: 'Das Passwort ist zurückgesetzt, eine E-Mail ist unterwegs',
    factorsReset: 'Zweite Faktoren zurücksetzen',
    factorsText: (email: string) =>
      `Alles Eingerichtete wird entfernt, ${email} erfährt es per E-Mail. Vergewissern Sie sich, wer darum bittet.`,
    factorsDone: 'Die zweiten Faktoren sind entfernt',
    removeTitle: (name: string) => `${name} entfernen?`,
    removeText:
      'Alle Sitzungen der Person enden sofort. Die API-Schlüssel, die sie erstellt hat, gelten weiter.',
    keys: 'Auch die API-Schlüssel widerrufen, die sie erstellt hat',
    removed: (name: string) => `${name} ist entfernt`,
  },
);

type Doing = 'edit' | 'password' | 'factors' | 'remove';

/** One person, and what an administrator can do for them. What is being done stands in the URL. */
export function Person({ id }: { readonly id: string }) {
  const words = { ...useTexts(PEOPLE_TEXTS), ...useTexts(TEXTS) };
  const query = usePerson(id);
  const { data: tenant } = useTenant();
  const isSelf = useMe().user_id === id;
  const { doing, begin, end } = useDoing<Doing>();
  const back = <BackLink to="/people">{words.people}</BackLink>;
  if (query.data === undefined)
    return (
      <>
        {back}
        <Card>
          <Loaded top query={query}>
            {() => null}
          </Loaded>
        </Card>
      </>
    );
  const person = query.data;
  return (
    <>
      <PageHead
        above={back}
        title={
          <span className="flex flex-wrap items-center gap-2.5 break-all">
            {nameOf(person)}
            {isSelf && <Badge>{words.you}</Badge>}
          </span>
        }
      >
        <Button onClick={() => begin('edit')}>{words.edit}</Button>
        {!isSelf && (
          <Button look="danger" onClick={() => begin('remove')}>
            {words.remove}…
          </Button>
        )}
      </PageHead>
      <About person={person} />
      <Card title={words.signIn} lead={isSelf ? words.own : words.signInText}>
        <div className="flex flex-wrap items-center gap-2">
          <span className="mr-auto flex flex-wrap items-center gap-1.5 text-[13px]">
            {words.factors}: <Factors person={person} isRequired={tenant?.require_factor} />
          </span>
          {isSelf ? (
            <LinkButton to="/account">{words.account}</LinkButton>
          ) : (
            <>
              <Button onClick={() => begin('password')}>{words.password}…</Button>
              <Button disabled={person.factors.length === 0} onClick={() => begin('factors')}>
                {words.factorsReset}…
              </Button>
            </>
          )}
        </div>
      </Card>
      {!isSelf && <PersonSessions userId={id} />}
      {doing === 'edit' && <EditDialog person={person} onClose={end} />}
      {doing === 'password' && !isSelf && (
        <ConfirmDialog
          title={`${words.password}?`}
          lead={words.passwordText(person.email)}
          action={words.password}
          run={async () => {
            await resetUserPassword({ path: { id }, throwOnError: true });
            toast(words.passwordDone);
          }}
          onClose={end}
        />
      )}
      {doing === 'factors' && !isSelf && (
        <ConfirmDialog
          title={`${words.factorsReset}?`}
          lead={words.factorsText(person.email)}
          action={words.factorsReset}
          run={async () => {
            await resetFactors({ path: { id }, throwOnError: true }).finally(refreshPeople);
            toast(words.factorsDone);
          }}
          onClose={end}
        />
      )}
      {doing === 'remove' && !isSelf && <RemoveDialog person={person} onClose={end} />}
    </>
  );
}

function About({ person }: { readonly person: User }) {
  const words = { ...useTexts(PEOPLE_TEXTS), ...useTexts(TEXTS) };
  const mayRead = useMay('audit');
  const { id, email, email_verified, role, created_at, created_by } = person;
  const scopes = settings.roles.find(({ name }) => name === role)?.scopes ?? [];
  return (
    <Card
      title={words.about}
      actions={
        mayRead && (
          <LinkButton size="small" to={`/audit?time=month&actor=user:${id}`}>
            {words.trail}
          </LinkButton>
        )
      }
    >
      <Facts>
        <Fact name={words.email}>
          {email}{' '}
          <Badge tone={email_verified ? 'ok' : 'warn'}>
            {email_verified ? words.confirmed : words.unconfirmed}
          </Badge>
        </Fact>
        <Fact name={words.role}>{role}</Fact>
        <Fact name={words.may}>{scopes.join(', ')}</Fact>
        <Fact name={words.since}>
          <Time at={created_at} exact />
        </Fact>
        <Fact name={words.by}>{created_by === null ? words.first : <Maker actor={created_by} />}</Fact>
        <Fact name="ID">
          <Identifier id={id} />
        </Fact>
      </Facts>
    </Card>
  );
}

/** Who has added somebody: mostly another person. */
function Maker({ actor }: { readonly actor: string }) {
  const id = /^user:(.+)/.exec(actor)?.[1];
  const person = useLoadedPerson(id ?? '');
  if (id === undefined) return <Mono>{actor}</Mono>;
  return (
    <Link to={`/people/${id}`} className="underline">
      {person === undefined ? <Mono>{id}</Mono> : nameOf(person)}
    </Link>
  );
}

/** Removes somebody, and their keys where that is wanted. */
function RemoveDialog({ person, onClose }: { readonly person: User; readonly onClose: () => void }) {
  const words = useTexts(TEXTS);
  const [, go] = useLocation();
  const mayKeys = useMay('keys');
  const [withKeys, setWithKeys] = useState(false);
  // Were their keys not revoked, it is tried again without them.
  const isRemoved = useRef(false);
  const { id } = person;
  const name = nameOf(person);
  const run = async () => {
    if (!isRemoved.current) await removeUser({ path: { id }, throwOnError: true });
    isRemoved.current = true;
    let isComplete = !withKeys;
    while (!isComplete) {
      const body = { created_by: `user:${id}` };
      isComplete = (await dataOf(revokeKeys({ body, throwOnError: true }))).complete;
    }
    if (withKeys) refreshKeys();
  };
  return (
    <FormDialog
      danger
      title={words.removeTitle(name)}
      lead={words.removeText}
      submit={words.remove}
      typed={name}
      act={run}
      onDone={() => {
        toast(words.removed(name));
        go('/people', { replace: true });
        refreshPeople();
      }}
      onClose={onClose}
    >
      {() =>
        mayKeys && (
          <label htmlFor="with-keys" className="flex items-center gap-2.5 text-[13px]">
            <Checkbox
              id="with-keys"
              checked={withKeys}
              onChange={({ target }) => setWithKeys(target.checked)}
            />
            {words.keys}
          </label>
        )
      }
    </FormDialog>
  );
}
