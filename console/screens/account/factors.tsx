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
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Badge, Card } from '../../ui/parts.tsx';
import { TextDialog } from '../../ui/text-dialog.tsx';
import { Time } from '../../ui/time.tsx';
import { ACCOUNT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    security: 'Second factors',
    securityLead: 'They keep out who knows your password',
    add: 'Add a passkey or an app',
    none: 'There is none yet. A passkey is the simplest, and the safest.',
    app: 'Authenticator app',
    synced: 'synced',
    added: 'Added',
    used: 'Last used',
    rename: 'Rename',
    name: 'Name',
    renameTitle: (name: string) => `Rename “${name}”`,
    removeTitle: (name: string) => `Remove “${name}”?`,
    removeLead: 'It lets nobody in any more. With the last one your recovery codes go.',
    codes: 'Recovery codes',
    left: (count: number) => (count === 1 ? 'One is left: make new ones.' : `${count} are left.`),
    renew: 'Make new codes',
    codesLead: 'For when you have lost your device: ten, each good once. The former ones end.',
  },
  {
    security: 'Zweite Faktoren',
    securityLead: 'Sie halten fern, wer Ihr Passwort weiß',
    add: 'Passkey oder App hinzufügen',
    none: 'Noch gibt es keinen. Am einfachsten und sichersten ist ein Passkey.',
    app: 'Authenticator-App',
    synced: 'synchronisiert',
    added: 'Hinzugefügt',
    used: 'Zuletzt benutzt',
    rename: 'Umbenennen',
    name: 'Name',
    renameTitle: (name: string) => `„${name}“ umbenennen`,
    removeTitle: (name: string) => `„${name}“ entfernen?`,
    removeLead: 'Damit kommt niemand mehr hinein. Mit dem letzten gehen Ihre Wiederherstellungscodes.',
    codes: 'Wiederherstellungscodes',
    left: (count: number) => (count === 1 ? 'Einer ist übrig: Machen Sie neue.' : `${count} sind übrig.`),
    renew: 'Neue Codes machen',
    codesLead: 'Für ein verlorenes Gerät: zehn, jeder gilt einmal. Die früheren enden.',
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
  const done = () => {
    void client.invalidateQueries(QUERY);
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
                actions={<Button onClick={() => begin('codes')}>{words.renew}…</Button>}
              >
                {words.left(left)}
              </Item>
            </Items>
          )
        }
      </Loaded>
      {doing === 'rename' && chosen && (
        <TextDialog
          title={words.renameTitle(nameOf(chosen))}
          submit={words.save}
          label={words.name}
          field="name"
          first={nameOf(chosen)}
          act={(name) => updateFactor({ path: { id: chosen.id }, body: { name }, throwOnError: true })}
          onDone={done}
          onClose={end}
        />
      )}
      {doing === 'remove' && chosen && (
        <ConfirmDialog
          title={words.removeTitle(nameOf(chosen))}
          lead={words.removeLead}
          action={words.remove}
          run={() => removeFactor({ path: { id: chosen.id }, throwOnError: true })}
          onClose={done}
        />
      )}
      {doing === 'codes' && (
        <FormDialog
          title={`${words.renew}?`}
          lead={words.codesLead}
          submit={words.renew}
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
          title={words.codes}
          lead={words.codesLead}
          secret={codes.join('\n')}
          onClose={() => setCodes(undefined)}
        />
      )}
    </Card>
  );
}
