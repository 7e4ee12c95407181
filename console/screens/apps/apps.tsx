import { useQuery, useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { disconnectApp, listApps } from '../../api/generated/sdk.gen.ts';
import type { App } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { sessionsQuery, useWorkspaces } from '../../app/me.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { Scopes } from '../../keys/key-parts.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Empty, Mono, PageHead } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';

const TEXTS = inLanguages(
  {
    title: 'Connected apps',
    lead: 'Apps that you let act for you, until you disconnect them',
    none: 'No app acts for you',
    noneText: 'One that wants to asks you first.',
    connected: 'Connected',
    used: 'last used',
    idle: 'not signed in now',
    disconnect: 'Disconnect',
    disconnectTitle: (name: string) => `Disconnect ${name}?`,
    disconnectLead: 'Its tokens are refused from now on. There is no way back: it has to ask you again.',
  },
  {
    title: 'Verbundene Apps',
    lead: 'Apps, die Sie für sich handeln lassen, bis Sie sie trennen',
    none: 'Keine App handelt für Sie',
    noneText: 'Eine, die das will, fragt Sie zuerst.',
    connected: 'Verbunden',
    used: 'zuletzt benutzt',
    idle: 'zurzeit nicht angemeldet',
    disconnect: 'Trennen',
    disconnectTitle: (name: string) => `${name} trennen?`,
    disconnectLead:
      'Ihre Tokens werden ab sofort abgelehnt. Es gibt keinen Weg zurück: Sie muss Sie wieder fragen.',
  },
);

const QUERY = { queryKey: ['apps'], queryFn: () => dataOf(listApps({ throwOnError: true })) };

/** The name of an app: its host, which has been shown, before the name that it gives itself. */
function nameOf({ host, name, client_id }: App): string {
  return host ?? name ?? client_id;
}

/** The apps that act for the reader, and what disconnects each. */
export default function Apps() {
  const words = useTexts(TEXTS);
  const client = useQueryClient();
  const query = useQuery(QUERY);
  const sessions = useQuery(sessionsQuery).data?.data;
  const workspaces = useWorkspaces().data;
  const { doing, id, begin, end } = useDoing<'disconnect'>();
  const chosen = query.data?.data.find((app) => app.id === id);
  /** When the latest of an app's sessions was used; null where none is open, or it was not used yet. */
  const lastUse = ({ client_id }: App) =>
    sessions
      ?.filter((session) => session.client_id === client_id)
      .map(({ last_used_at, created_at }) => last_used_at ?? created_at)
      .sort()
      .at(-1) ?? null;
  const refresh = () => {
    void client.invalidateQueries(QUERY);
    void client.invalidateQueries(sessionsQuery);
  };
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <Card flush>
        <Loaded query={query}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty icon="apps" title={words.none}>
                {words.noneText}
              </Empty>
            ) : (
              <Items>
                {data.map((app) => {
                  const used = lastUse(app);
                  return (
                    <Item
                      key={app.id}
                      title={nameOf(app)}
                      actions={
                        <Button
                          aria-label={words.disconnectTitle(nameOf(app))}
                          onClick={() => begin('disconnect', app.id)}
                        >
                          {words.disconnect}…
                        </Button>
                      }
                    >
                      <Scopes scopes={app.scopes} all />
                      <p>
                        {words.connected} <Time at={app.connected_at} exact />,{' '}
                        {used === null ? (
                          words.idle
                        ) : (
                          <>
                            {words.used} <Time at={used} />
                          </>
                        )}{' '}
                        · {workspaces?.find((each) => each.id === app.workspace_id)?.name ?? app.workspace_id}
                      </p>
                      <Mono>{app.client_id}</Mono>
                    </Item>
                  );
                })}
              </Items>
            )
          }
        </Loaded>
      </Card>
      {doing === 'disconnect' && chosen && (
        <ConfirmDialog
          title={words.disconnectTitle(nameOf(chosen))}
          lead={words.disconnectLead}
          action={words.disconnect}
          run={() => disconnectApp({ path: { id: chosen.id }, throwOnError: true }).finally(refresh)}
          onClose={end}
        />
      )}
    </>
  );
}
