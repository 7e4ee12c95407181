import { useMutation } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { deleteAccount, downloadAccount } from '../../api/generated/sdk.gen.ts';
import type { AccountDownload } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { useMay, useMe } from '../../app/me.ts';
import { signOut } from '../../app/session.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { download } from '../../ui/download.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Card, Notice } from '../../ui/parts.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { toast } from '../../ui/toasts.tsx';

const TEXTS = inLanguages(
  {
    data: 'Your data',
    download: 'Download',
    stored: 'What is stored of you',
    downloadText: 'Your profile, sessions, apps and keys, and what the audit trail says of you, as JSON',
    deletion: 'Delete my account',
    atOnce: 'At once and for ever',
    lead: 'At once you are signed out everywhere, your apps are disconnected and your address is free; within two days what is stored of you is erased. There is no time of grace and no way back. API keys that you made go on: they are your team’s.',
    deleted: 'Your account is deleted',
    last: 'You are the last administrator',
    lastText: 'Make somebody else one first. Or close the tenant, which can be reopened for 30 days.',
    close: 'Close the tenant…',
  },
  {
    data: 'Ihre Daten',
    download: 'Herunterladen',
    stored: 'Was von Ihnen gespeichert ist',
    downloadText: 'Profil, Sitzungen, Apps und Schlüssel, und was das Protokoll von Ihnen sagt, als JSON',
    deletion: 'Mein Konto löschen',
    atOnce: 'Sofort und für immer',
    lead: 'Sofort sind Sie überall abgemeldet, Ihre Apps getrennt und Ihre Adresse frei; in zwei Tagen ist gelöscht, was von Ihnen gespeichert ist. Es gibt keine Frist und keinen Weg zurück. API-Schlüssel, die Sie erstellt haben, gelten weiter: Sie gehören Ihrem Team.',
    deleted: 'Ihr Konto ist gelöscht',
    last: 'Außer Ihnen verwaltet niemand das Team',
    lastText:
      'Geben Sie erst jemand anderem diese Rolle. Oder schließen Sie den Mandanten: 30 Tage lang lässt er sich wieder öffnen.',
    close: 'Mandanten schließen…',
  },
);

/** All that is stored of the reader, whose parts the API gives one after the other. */
async function wholeAccount(cursor?: string): Promise<Omit<AccountDownload, 'next_cursor'>> {
  const call = downloadAccount({ query: { ...(cursor && { cursor }) }, throwOnError: true });
  const { next_cursor, ...part } = await dataOf(call);
  if (next_cursor === null) return part;
  const rest = await wholeAccount(next_cursor);
  return {
    ...rest,
    ...part,
    api_keys: [...part.api_keys, ...rest.api_keys],
    audit: [...part.audit, ...rest.audit],
  };
}

/** What is stored of the reader, and the end of it. */
export function Data() {
  const words = useTexts(TEXTS);
  const { email = '' } = useMe();
  const isOperator = useMay('operators');
  const { doing, begin, end } = useDoing<'delete'>();
  const file = useMutation({
    gcTime: 0,
    mutationFn: () => wholeAccount(),
    onSuccess: (account) => download(JSON.stringify(account, null, 2), 'account.json'),
  });
  return (
    <Card title={words.data} flush>
      <Items>
        <Item
          title={words.stored}
          actions={
            <Button icon="download" busy={file.isPending} onClick={() => file.mutate()}>
              {words.download}
            </Button>
          }
        >
          {words.downloadText}
          <Refusal error={file.error} />
        </Item>
        {!isOperator && (
          <Item
            title={words.deletion}
            actions={
              <Button look="danger" onClick={() => begin('delete')}>
                {words.deletion}…
              </Button>
            }
          >
            {words.atOnce}
          </Item>
        )}
      </Items>
      {doing === 'delete' && !isOperator && (
        <FormDialog
          danger
          title={`${words.deletion}?`}
          lead={words.lead}
          typed={email}
          submit={words.deletion}
          told={['conflicting_state']}
          act={() => deleteAccount({ query: { email }, throwOnError: true })}
          onDone={() => {
            toast(words.deleted);
            void signOut();
          }}
          onClose={end}
        >
          {(error) =>
            error instanceof ApiError &&
            error.code === 'conflicting_state' && (
              <div role="alert">
                <Notice
                  tone="danger"
                  title={words.last}
                  actions={<LinkButton to="/settings?do=close">{words.close}</LinkButton>}
                >
                  <p>{words.lastText}</p>
                </Notice>
              </div>
            )
          }
        </FormDialog>
      )}
    </Card>
  );
}
