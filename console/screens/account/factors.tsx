import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { addFactor, listFactors, removeFactor, updateFactor } from '../../api/generated/sdk.gen.ts';
import type { Factor } from '../../api/generated/types.gen.ts';
import { inLanguages, useLanguage, useTexts } from '../../app/language.ts';
import { basePath } from '../../app/settings.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { SecretDialog } from '../../keys/shown-once.tsx';
import { Button, PageButton } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Badge, Card } from '../../ui/parts.tsx';
import { fieldFault } from '../../ui/refusal.tsx';
import { Time } from '../../ui/time.tsx';
import { toast } from '../../ui/toasts.tsx';
import { ACCOUNT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    security: 'Second factors',
    securityLead: 'What protects you when somebody learns your password',
    add: 'Add a passkey or an app',
    none: 'There is none yet. A passkey is the simplest, and the safest.',
    app: 'Authenticator app',
    synced: 'synced',
    added: 'Added',
    used: 'Last used',
    rename: 'Rename',
    renameTitle: (name: string) => `Rename “${name}”`,
    removeTitle: (name: string) => `Remove “${name}”?`,
    removeLead: 'It lets nobody in any more. With the last one your recovery codes go, too.',
    removed: (name: string) => `“${name}” is removed`,
    codes: 'Recovery codes',
    left: (count: number) =>
      count === 1 ? 'One is left: make new ones.' : `${count} are left for when you have lost your device.`,
    renew: 'Make new ones…',
    renewTitle: 'Make new recovery codes?',
    renewLead: 'You get ten. The present ones end at once.',
    renewNow: 'Make new codes',
    shown: 'Your new recovery codes',
    shownLead: 'Each lets you in once, when you have lost your device.',
    once: 'You see them only now',
    onceText: 'Print them, or keep them in a password manager. The former ones have ended.',
  },
  {
    security: 'Zweite Faktoren',
    securityLead: 'Was Sie schützt, wenn jemand Ihr Passwort erfährt',
    add: 'Passkey oder App hinzufügen',
    none: 'Noch gibt es keinen. Am einfachsten und sichersten ist ein Passkey.',
    app: 'Authenticator-App',
    synced: 'synchronisiert',
    added: 'Hinzugefügt',
    used: 'Zuletzt benutzt',
    rename: 'Umbenennen',
    renameTitle: (name: string) => `„${name}“ umbenennen`,
    removeTitle: (name: string) => `„${name}“ entfernen?`,
    removeLead: 'Damit kommt niemand mehr hinein. Mit dem letzten gehen auch Ihre Wiederherstellungscodes.',
    removed: (name: string) => `„${name}“ ist entfernt`,
    codes: 'Wiederherstellungscodes',
    left: (count: number) =>
      count === 1
        ? 'Einer ist übrig: Machen Sie neue.'
        : `${count} sind übrig, falls Sie Ihr Gerät verlieren.`,
    renew: 'Neue machen…',
    renewTitle: 'Neue Wiederherstellungscodes?',
    renewLead: 'Sie bekommen zehn. Die jetzigen enden sofort.',
    renewNow: 'Neue Codes machen',
    shown: 'Ihre neuen Wiederherstellungscodes',
    shownLead: 'Jeder lässt Sie einmal hinein, wenn Sie Ihr Gerät verloren haben.',
    once: 'Sie sehen sie nur jetzt',
    onceText: 'Drucken Sie sie, oder legen Sie sie in einen Passwortmanager. Die früheren gelten nicht mehr.',
  },
);

const QUERY = { queryKey: ['factors'], queryFn: () => dataOf(listFactors({ throwOnError: true })) };

/**
 * The second factors. They are set up on the page `/factors`, which shows a QR code or runs WebAuthn, and leads back; names,
 * removal and recovery codes are here.
 */
export function Factors() {
  const words = { ...useTexts(ACCOUNT_TEXTS), ...useTexts(TEXTS) };
  const client = useQueryClient();
  const query = useQuery(QUERY);
  const { doing, id, begin, end } = useDoing<'rename' | 'remove' | 'codes'>();
  const [codes, setCodes] = useState<readonly string[]>();
  const nameOf = ({ name }: Factor) => name ?? words.app;
  const chosen = query.data?.data.find((factor) => factor.id === id);
  const done = (text?: string) => {
    void client.invalidateQueries(QUERY);
    if (text) toast(text);
    end();
  };
  return (
    <Card
      title={words.security}
      lead={words.securityLead}
      actions={
        <PageButton
          icon="plus"
          href={`${basePath}/factors?continue=/console/account&ui_locales=${useLanguage()}`}
        >
          {words.add}
        </PageButton>
      }
      flush
    >
      <Loaded query={query}>
        {({ data, recovery_codes_left: left }) =>
          data.length === 0 ? (
            <p className="px-5 py-4 text-muted max-sm:px-4">{words.none}</p>
          ) : (
            <Items>
              {data.map((factor) => (
                <Item
                  key={factor.id}
                  title={
                    <>
                      {nameOf(factor)}
                      {factor.is_backed_up && <Badge>{words.synced}</Badge>}
                    </>
                  }
                  actions={
                    <>
                      {factor.kind === 'passkey' && (
                        <Button
                          aria-label={words.renameTitle(nameOf(factor))}
                          onClick={() => begin('rename', factor.id)}
                        >
                          {words.rename}
                        </Button>
                      )}
                      <Button
                        aria-label={words.removeTitle(nameOf(factor))}
                        onClick={() => begin('remove', factor.id)}
                      >
                        {words.remove}
                      </Button>
                    </>
                  }
                >
                  <p>
                    {words.added} <Time at={factor.created_at} />
                    {factor.last_used_at && (
                      <>
                        {' '}
                        · {words.used} <Time at={factor.last_used_at} />
                      </>
                    )}
                  </p>
                </Item>
              ))}
              <Item
                title={words.codes}
                actions={<Button onClick={() => begin('codes')}>{words.renew}</Button>}
              >
                {words.left(left)}
              </Item>
            </Items>
          )
        }
      </Loaded>
      {doing === 'rename' && chosen && (
        <RenameDialog factor={chosen} onDone={() => done(words.saved)} onClose={end} />
      )}
      {doing === 'remove' && chosen && (
        <ConfirmDialog
          title={words.removeTitle(nameOf(chosen))}
          lead={words.removeLead}
          action={words.remove}
          run={async () => {
            await dataOf(removeFactor({ path: { id: chosen.id }, throwOnError: true }));
            done(words.removed(nameOf(chosen)));
          }}
          onClose={end}
        />
      )}
      {doing === 'codes' && (
        <FormDialog
          title={words.renewTitle}
          lead={words.renewLead}
          submit={words.renewNow}
          act={() => dataOf(addFactor({ body: { kind: 'recovery_codes' }, throwOnError: true }))}
          onDone={({ recovery_codes }) => {
            setCodes(recovery_codes ?? []);
            done();
          }}
          onClose={end}
        />
      )}
      {codes && (
        <SecretDialog
          title={words.shown}
          lead={words.shownLead}
          warning={words.once}
          warningText={words.onceText}
          label={words.codes}
          secret={codes.join('\n')}
          onClose={() => setCodes(undefined)}
        />
      )}
    </Card>
  );
}

function RenameDialog({
  factor: { id, name: before },
  onDone,
  onClose,
}: {
  readonly factor: Factor;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const words = { ...useTexts(ACCOUNT_TEXTS), ...useTexts(TEXTS) };
  const [name, setName] = useState(before ?? '');
  return (
    <FormDialog
      title={words.renameTitle(before ?? '')}
      submit={words.save}
      disabled={name.trim() === ''}
      told={['name']}
      act={() => dataOf(updateFactor({ path: { id }, body: { name: name.trim() }, throwOnError: true }))}
      onDone={onDone}
      onClose={onClose}
    >
      {(error) => (
        <Field label={words.name} fault={fieldFault(error, 'name')}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              maxLength={60}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
      )}
    </FormDialog>
  );
}
