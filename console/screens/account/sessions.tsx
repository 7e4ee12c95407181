import { useQuery, useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { endOtherSessions, endSession } from '../../api/generated/sdk.gen.ts';
import type { ListSessionsResponse } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { sessionsQuery } from '../../app/me.ts';
import { signOut } from '../../app/session.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Badge, Card } from '../../ui/parts.tsx';
import { useRefusal } from '../../ui/refusal.tsx';
import { Time } from '../../ui/time.tsx';
import { toast } from '../../ui/toasts.tsx';
import { deviceName } from './device.ts';
import { ACCOUNT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    sessions: 'Where you are signed in',
    sessionsLead: 'End what you do not know, and change your password',
    others: 'End all others…',
    othersTitle: 'End everything but this session?',
    othersLead:
      'Other browsers, programs and apps are signed out. This browser asks for your password at the next sign-in.',
    ended: (count: number) => (count === 1 ? 'One session has ended' : `${count} sessions have ended`),
    current: 'This session',
    app: 'App',
    browser: 'Sign-in of a browser',
    unknown: 'Unknown program',
    since: 'Since',
    used: 'last used',
    from: (address: string) => `from ${address}`,
    signOut: 'Sign out',
    endNamed: (name: string) => `End ${name}`,
    isEnded: (name: string) => `${name}: ended`,
  },
  {
    sessions: 'Wo Sie angemeldet sind',
    sessionsLead: 'Beenden Sie, was Sie nicht kennen, und ändern Sie Ihr Passwort',
    others: 'Alle anderen beenden…',
    othersTitle: 'Alles außer dieser Sitzung beenden?',
    othersLead:
      'Andere Browser, Programme und Apps werden abgemeldet. Dieser Browser fragt bei der nächsten Anmeldung nach Ihrem Passwort.',
    ended: (count: number) => (count === 1 ? 'Eine Sitzung ist beendet' : `${count} Sitzungen sind beendet`),
    current: 'Diese Sitzung',
    app: 'App',
    browser: 'Anmeldung eines Browsers',
    unknown: 'Unbekanntes Programm',
    since: 'Seit',
    used: 'zuletzt benutzt',
    from: (address: string) => `von ${address}`,
    signOut: 'Abmelden',
    endNamed: (name: string) => `${name} beenden`,
    isEnded: (name: string) => `${name}: beendet`,
  },
);

/** A session, or the sign-in of a browser, as a line tells it. */
interface Row {
  readonly id: string;
  readonly name: string | undefined;
  readonly kind: 'current' | 'session' | 'app' | 'browser';
  readonly since: string;
  readonly lastUsed: string | null;
  readonly address: string | null;
}

/** This session first, then the others, the latest first. */
function rowsOf({ data, sign_ins }: ListSessionsResponse): readonly Row[] {
  const sessions = data.map(
    (session): Row => ({
      id: session.id,
      name: session.client_id?.replace(/^https:\/\/([^/]+).*/, '$1') ?? deviceName(session.user_agent),
      kind: session.is_current ? 'current' : session.client_id === null ? 'session' : 'app',
      since: session.created_at,
      lastUsed: session.last_used_at,
      address: session.last_used_ip,
    }),
  );
  const browsers = sign_ins.map(
    ({ id, user_agent, created_at, ip }): Row => ({
      id,
      name: deviceName(user_agent),
      kind: 'browser',
      since: created_at,
      lastUsed: null,
      address: ip,
    }),
  );
  const isCurrent = ({ kind }: Row) => Number(kind === 'current');
  return [...sessions, ...browsers].sort(
    (left, right) => isCurrent(right) - isCurrent(left) || right.since.localeCompare(left.since),
  );
}

/** Where the reader is signed in, with what ends each. */
export function Sessions() {
  const words = { ...useTexts(ACCOUNT_TEXTS), ...useTexts(TEXTS) };
  const explain = useRefusal();
  const client = useQueryClient();
  const query = useQuery(sessionsQuery);
  const { doing, begin, end } = useDoing<'end-others'>();
  const refresh = () => void client.invalidateQueries(sessionsQuery);
  const endOne = async ({ id, name = words.unknown }: Row) => {
    const without = <One extends { readonly id: string }>(all: readonly One[]) =>
      all.filter((each) => each.id !== id);
    client.setQueryData<ListSessionsResponse>(
      sessionsQuery.queryKey,
      (all) => all && { data: without(all.data), sign_ins: without(all.sign_ins) },
    );
    try {
      await dataOf(endSession({ path: { id }, throwOnError: true }));
      toast(words.isEnded(name));
    } catch (error) {
      toast(explain(error), { tone: 'danger' });
    }
    refresh();
  };
  const endOthers = async () => {
    const { ended } = await dataOf(endOtherSessions({ throwOnError: true })).finally(refresh);
    toast(words.ended(ended));
  };
  return (
    <Card
      title={words.sessions}
      lead={words.sessionsLead}
      actions={<Button onClick={() => begin('end-others')}>{words.others}</Button>}
      flush
    >
      <Loaded query={query}>
        {(all) => (
          <Items>
            {rowsOf(all).map((row) => {
              const { id, name = words.unknown, kind, since, lastUsed, address } = row;
              return (
                <Item
                  key={id}
                  title={
                    <>
                      {name}
                      {kind !== 'session' && (
                        <Badge tone={kind === 'current' ? 'ok' : 'neutral'}>{words[kind]}</Badge>
                      )}
                    </>
                  }
                  actions={
                    kind === 'current' ? (
                      <Button onClick={() => void signOut()}>{words.signOut}</Button>
                    ) : (
                      <Button aria-label={words.endNamed(name)} onClick={() => void endOne(row)}>
                        {words.end}
                      </Button>
                    )
                  }
                >
                  <p>
                    {words.since} <Time at={since} exact />
                    {lastUsed && (
                      <>
                        , {words.used} <Time at={lastUsed} />
                      </>
                    )}{' '}
                    {address && words.from(address)}
                  </p>
                </Item>
              );
            })}
          </Items>
        )}
      </Loaded>
      {doing === 'end-others' && (
        <ConfirmDialog
          title={words.othersTitle}
          lead={words.othersLead}
          action={words.end}
          run={endOthers}
          onClose={end}
        />
      )}
    </Card>
  );
}
