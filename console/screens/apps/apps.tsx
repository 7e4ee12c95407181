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
import { toast } from '../../ui/toasts.tsx';

const TEXTS = inLanguages(
  {
    title: 'Connected apps',
    lead: 'Apps that you have let act for you. Each can do what you agreed to, until you disconnect it.',
    none: 'No app acts for you',
    noneText: 'An app that wants to asks you first. Those that you agree to are listed here.',
    workspace: (name: string) => `in ${name}`,
    connected: 'Connected',
    used: 'last used',
    idle: 'not signed in now',
    disconnect: 'Disconnect',
    disconnectTitle: (name: string) => `Disconnect ${name}?`,
    disconnectLead:
      'Its tokens are refused from now on. This cannot be taken back: to go on, the app asks you again.',
    disconnected: (name: string) => `${name} is disconnected`,
  },
  {
    title: 'Verbundene Apps',
    lead: 'Apps, die Sie für sich handeln lassen. Jede darf, was Sie erlaubt haben, bis Sie sie trennen.',
    none: 'Keine App handelt für Sie',
    noneText: 'Eine App, die das will, fragt Sie zuerst. Hier stehen die, denen Sie es erlaubt haben.',
    workspace: (name: string) => `in ${name}`,
    connected: 'Verbunden',
    used: 'zuletzt benutzt',
    idle: 'zurzeit nicht angemeldet',
    disconnect: 'Trennen',
    disconnectTitle: (name: string) => `${name} trennen?`,
    disconnectLead:
      'Ihre Tokens werden ab sofort abgelehnt. Das lässt sich nicht zurücknehmen: Um weiterzumachen, fragt die App Sie wieder.',
    disconnected: (name: string) => `${name} ist getrennt`,
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
  const disconnect = async (app: App) => {
    try {
      await dataOf(disconnectApp({ path: { id: app.id }, throwOnError: true }));
      toast(words.disconnected(nameOf(app)));
    } finally {
      void client.invalidateQueries(QUERY);
      void client.invalidateQueries(sessionsQuery);
    }
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
                        {words.workspace(
                          workspaces?.find((each) => each.id === app.workspace_id)?.name ?? app.workspace_id,
                        )}
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
          run={() => disconnect(chosen)}
          onClose={end}
        />
      )}
    </>
  );
}
