import { useQuery } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { endUserSessions, listUserSessions } from '../../api/generated/sdk.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { SessionList } from '../../sessions/session-list.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Empty } from '../../ui/parts.tsx';
import { toast } from '../../ui/toasts.tsx';

const TEXTS = inLanguages(
  {
    title: 'Signed in',
    lead: 'Browsers, programs and apps that work with their account now',
    none: 'Nowhere signed in',
    end: 'End',
    endOf: (name: string) => `End ${name}`,
    all: 'End all',
    endTitle: 'End this session?',
    endText: 'Whatever works with it is refused at once, and has to sign in again.',
    allTitle: 'End everything?',
    allText: 'They are signed out of every browser, program and app at once. Their password stays.',
    ended: (count: number) => (count === 1 ? 'One session has ended' : `${count} sessions have ended`),
  },
  {
    title: 'Angemeldet',
    lead: 'Browser, Programme und Apps, die jetzt mit dem Konto arbeiten',
    none: 'Nirgends angemeldet',
    end: 'Beenden',
    endOf: (name: string) => `${name} beenden`,
    all: 'Alle beenden',
    endTitle: 'Diese Sitzung beenden?',
    endText: 'Was mit ihr arbeitet, wird sofort abgelehnt und muss sich neu anmelden.',
    allTitle: 'Alles beenden?',
    allText:
      'Die Person ist sofort aus jedem Browser, Programm und jeder App abgemeldet. Das Passwort bleibt.',
    ended: (count: number) => (count === 1 ? 'Eine Sitzung ist beendet' : `${count} Sitzungen sind beendet`),
  },
);

/** Where somebody else is signed in, with what ends one or all. */
export function PersonSessions({ userId }: { readonly userId: string }) {
  const words = useTexts(TEXTS);
  const query = useQuery({
    queryKey: ['people', userId, 'sessions'],
    queryFn: () => dataOf(listUserSessions({ path: { id: userId }, throwOnError: true })),
  });
  const { doing, id, begin, end } = useDoing<'end' | 'end-all'>();
  const all = query.data;
  const isAny = all !== undefined && all.data.length + all.sign_ins.length > 0;
  const run = async () => {
    const only = doing === 'end' && id !== null ? { session_id: id } : {};
    const call = endUserSessions({ path: { id: userId }, query: only, throwOnError: true });
    const { ended } = await dataOf(call).finally(() => void query.refetch());
    toast(words.ended(ended));
  };
  return (
    <Card
      title={words.title}
      lead={words.lead}
      actions={isAny && <Button onClick={() => begin('end-all')}>{words.all}…</Button>}
      flush
    >
      <Loaded query={query}>
        {(sessions) =>
          isAny ? (
            <SessionList all={sessions}>
              {({ id, name }) => (
                <Button aria-label={words.endOf(name)} onClick={() => begin('end', id)}>
                  {words.end}…
                </Button>
              )}
            </SessionList>
          ) : (
            <Empty icon="lock" title={words.none} />
          )
        }
      </Loaded>
      {((doing === 'end' && id !== null) || doing === 'end-all') && (
        <ConfirmDialog
          title={doing === 'end' ? words.endTitle : words.allTitle}
          lead={doing === 'end' ? words.endText : words.allText}
          action={doing === 'end' ? words.end : words.all}
          run={run}
          onClose={end}
        />
      )}
    </Card>
  );
}
