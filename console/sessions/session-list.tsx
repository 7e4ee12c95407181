import type { ReactNode } from 'react';
import type { ListSessionsResponse } from '../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../app/language.ts';
import { Item, Items } from '../ui/items.tsx';
import { Badge } from '../ui/parts.tsx';
import { Time } from '../ui/time.tsx';
import { deviceName } from './device.ts';

const TEXTS = inLanguages(
  {
    current: 'This session',
    app: 'App',
    browser: 'Sign-in of a browser',
    unknown: 'Unknown program',
    since: 'Since',
    used: 'last used',
    from: (address: string) => `from ${address}`,
  },
  {
    current: 'Diese Sitzung',
    app: 'App',
    browser: 'Anmeldung eines Browsers',
    unknown: 'Unbekanntes Programm',
    since: 'Seit',
    used: 'zuletzt benutzt',
    from: (address: string) => `von ${address}`,
  },
);

/** A session, or the sign-in of a browser, as a line tells it. */
export interface SessionRow {
  readonly id: string;
  readonly name: string | undefined;
  readonly kind: 'current' | 'session' | 'app' | 'browser';
  readonly since: string;
  readonly lastUsed: string | null;
  readonly address: string | null;
}

/** This session first, then the others, the latest first. */
function rowsOf({ data, sign_ins }: ListSessionsResponse): readonly SessionRow[] {
  const sessions = data.map(
    (session): SessionRow => ({
      id: session.id,
      name: session.client_id?.replace(/^https:\/\/([^/]+).*/, '$1') ?? deviceName(session.user_agent),
      kind: session.is_current ? 'current' : session.client_id === null ? 'session' : 'app',
      since: session.created_at,
      lastUsed: session.last_used_at,
      address: session.last_used_ip,
    }),
  );
  const browsers = sign_ins.map(
    ({ id, user_agent, created_at, ip }): SessionRow => ({
      id,
      name: deviceName(user_agent),
      kind: 'browser',
      since: created_at,
      lastUsed: null,
      address: ip,
    }),
  );
  const isCurrent = ({ kind }: SessionRow) => Number(kind === 'current');
  return [...sessions, ...browsers].sort(
    (left, right) => isCurrent(right) - isCurrent(left) || right.since.localeCompare(left.since),
  );
}

/** Where somebody is signed in: `children` gives what can be done with each. */
export function SessionList({
  all,
  children,
}: {
  readonly all: ListSessionsResponse;
  readonly children: (row: SessionRow & { readonly name: string }) => ReactNode;
}) {
  const words = useTexts(TEXTS);
  return (
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
            actions={children({ ...row, name })}
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
  );
}
