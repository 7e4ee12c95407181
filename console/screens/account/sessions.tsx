import { useQuery, useQueryClient } from '@tanstack/react-query';
import { endOtherSessions, endSession } from '../../api/generated/sdk.gen.ts';
import type { ListSessionsResponse } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { sessionsQuery } from '../../app/me.ts';
import { signOut } from '../../app/session.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { SessionList } from '../../sessions/session-list.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card } from '../../ui/parts.tsx';
import { useRefusal } from '../../ui/refusal.tsx';
import { toast } from '../../ui/toasts.tsx';

const TEXTS = inLanguages(
  {
    sessions: 'Where you are signed in',
    sessionsLead: 'End what you do not know, and change your password',
    others: 'End all others',
    othersLead:
      'Other browsers, programs and apps are signed out. This browser asks for your password next time.',
    signOut: 'Sign out',
    end: 'End',
    endNamed: (name: string) => `End ${name}`,
  },
  {
    sessions: 'Wo Sie angemeldet sind',
    sessionsLead: 'Beenden Sie, was Sie nicht kennen, und ändern Sie Ihr Passwort',
    others: 'Alle anderen beenden',
    othersLead:
      'Andere Browser, Programme und Apps werden abgemeldet. Dieser Browser fragt nächstes Mal nach Ihrem Passwort.',
    signOut: 'Abmelden',
    end: 'Beenden',
    endNamed: (name: string) => `${name} beenden`,
  },
);

/** Where the reader is signed in, with what ends each. */
export function Sessions() {
  const words = useTexts(TEXTS);
  const explain = useRefusal();
  const client = useQueryClient();
  const query = useQuery(sessionsQuery);
  const { doing, begin, end } = useDoing<'end-others'>();
  const refresh = () => void client.invalidateQueries(sessionsQuery);
  const endOne = async (id: string) => {
    const without = <One extends { readonly id: string }>(all: readonly One[]) =>
      all.filter((each) => each.id !== id);
    client.setQueryData<ListSessionsResponse>(
      sessionsQuery.queryKey,
      (all) => all && { data: without(all.data), sign_ins: without(all.sign_ins) },
    );
    try {
      await endSession({ path: { id }, throwOnError: true });
    } catch (error) {
      toast(explain(error), { tone: 'danger' });
    }
    refresh();
  };
  return (
    <Card
      title={words.sessions}
      lead={words.sessionsLead}
      actions={<Button onClick={() => begin('end-others')}>{words.others}…</Button>}
      flush
    >
      <Loaded query={query}>
        {(all) => (
          <SessionList all={all}>
            {(row) =>
              row.kind === 'current' ? (
                <Button onClick={() => void signOut()}>{words.signOut}</Button>
              ) : (
                <Button aria-label={words.endNamed(row.name)} onClick={() => void endOne(row.id)}>
                  {words.end}
                </Button>
              )
            }
          </SessionList>
        )}
      </Loaded>
      {doing === 'end-others' && (
        <ConfirmDialog
          title={`${words.others}?`}
          lead={words.othersLead}
          action={words.others}
          run={() => endOtherSessions({ throwOnError: true }).finally(refresh)}
          onClose={end}
        />
      )}
    </Card>
  );
}
