import { useMutation } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { deleteAccount, downloadAccount } from '../../api/generated/sdk.gen.ts';
import type { AccountDownload } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { useMe } from '../../app/me.ts';
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
    download: 'What is stored of you',
    downloadText:
      'Profile, sessions, apps, the keys that you made, and what the audit trail says of you: a file of JSON.',
    get: 'Download',
    deletion: 'Delete the account',
    deletionText: 'At once and for ever.',
    delete: 'Delete…',
    title: 'Delete your account?',
    lead: 'At once you are signed out everywhere, your apps are disconnected, and your address is free. Within two days all that is stored of you is erased. There is no time of grace, and no way back.',
    keys: 'API keys that you made go on',
    keysText: 'They are your team’s, and programs depend on them. Revoke first what should end with you.',
    submit: 'Delete my account',
    deleted: 'Your account is deleted',
    last: 'You are the last administrator',
    lastText:
      'Make somebody else an administrator first. Or close the organization: you then have 30 days to open it again.',
    close: 'Close the organization…',
  },
  {
    data: 'Ihre Daten',
    download: 'Was von Ihnen gespeichert ist',
    downloadText:
      'Profil, Sitzungen, Apps, die Schlüssel, die Sie erstellt haben, und was das Protokoll von Ihnen sagt: eine Datei mit JSON.',
    get: 'Herunterladen',
    deletion: 'Das Konto löschen',
    deletionText: 'Sofort und für immer.',
    delete: 'Löschen…',
    title: 'Ihr Konto löschen?',
    lead: 'Sofort sind Sie überall abgemeldet, Ihre Apps sind getrennt, und Ihre Adresse ist frei. In zwei Tagen ist alles gelöscht, was von Ihnen gespeichert ist. Es gibt keine Frist und keinen Weg zurück.',
    keys: 'API-Schlüssel, die Sie erstellt haben, gelten weiter',
    keysText:
      'Sie gehören Ihrem Team, und Programme brauchen sie. Widerrufen Sie vorher, was mit Ihnen enden soll.',
    submit: 'Mein Konto löschen',
    deleted: 'Ihr Konto ist gelöscht',
    last: 'Sie verwalten das Team als Letzte oder Letzter',
    lastText:
      'Geben Sie zuerst jemand anderem diese Rolle. Oder schließen Sie die Organisation: Dann können Sie sie 30 Tage lang wieder öffnen.',
    close: 'Organisation schließen…',
  },
);

/** All that is stored of the reader, whose parts the API gives one after the other. */
async function wholeAccount(): Promise<Omit<AccountDownload, 'next_cursor'>> {
  const [first, ...rest] = await partsOf();
  const parts = [first, ...rest];
  const { next_cursor: _last, ...account } = first;
  return {
    ...account,
    api_keys: parts.flatMap(({ api_keys }) => api_keys),
    audit: parts.flatMap(({ audit }) => audit),
  };
}

async function partsOf(
  cursor?: string,
): Promise<readonly [AccountDownload, ...(readonly AccountDownload[])]> {
  const part = await dataOf(downloadAccount({ query: { ...(cursor && { cursor }) }, throwOnError: true }));
  return [part, ...(part.next_cursor === null ? [] : await partsOf(part.next_cursor))];
}

/** What is stored of the reader, and the end of it. */
export function Data() {
  const words = useTexts(TEXTS);
  const { doing, begin, end } = useDoing<'delete'>();
  const file = useMutation({
    gcTime: 0,
    mutationFn: wholeAccount,
    onSuccess: (account) => download(JSON.stringify(account, null, 2), 'account.json'),
  });
  return (
    <Card title={words.data} flush>
      <Items>
        <Item
          title={words.download}
          actions={
            <Button icon="download" busy={file.isPending} onClick={() => file.mutate()}>
              {words.get}
            </Button>
          }
        >
          {words.downloadText}
          {file.isError && <Refusal error={file.error} />}
        </Item>
        <Item
          title={words.deletion}
          actions={
            <Button look="danger" onClick={() => begin('delete')}>
              {words.delete}
            </Button>
          }
        >
          {words.deletionText}
        </Item>
      </Items>
      {doing === 'delete' && <DeleteDialog onClose={end} />}
    </Card>
  );
}

function DeleteDialog({ onClose }: { readonly onClose: () => void }) {
  const words = useTexts(TEXTS);
  const { email = '' } = useMe();
  return (
    <FormDialog
      danger
      title={words.title}
      lead={words.lead}
      typed={email}
      submit={words.submit}
      told={['conflicting_state']}
      act={() => dataOf(deleteAccount({ query: { email }, throwOnError: true }))}
      onDone={() => {
        toast(words.deleted);
        void signOut();
      }}
      onClose={onClose}
    >
      {(error) =>
        error instanceof ApiError && error.code === 'conflicting_state' ? (
          <div role="alert">
            <Notice
              tone="danger"
              title={words.last}
              actions={<LinkButton to="/settings?do=close">{words.close}</LinkButton>}
            >
              <p>{words.lastText}</p>
            </Notice>
          </div>
        ) : (
          <Notice tone="warn" title={words.keys}>
            <p>{words.keysText}</p>
          </Notice>
        )
      }
    </FormDialog>
  );
}
