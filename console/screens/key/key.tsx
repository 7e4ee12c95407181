import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { dataOf } from '../../api/client.ts';
import { getKey, listAudit } from '../../api/generated/sdk.gen.ts';
import type { ApiKey } from '../../api/generated/types.gen.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useMay, useWorkspaces } from '../../app/me.ts';
import { useKeyChanges } from '../../keys/changes.ts';
import { Environment, hasEnvironments, KeyStatus, Scopes } from '../../keys/key-parts.tsx';
import { keyQueryKey, useLoadedKeys } from '../../keys/loaded-keys.ts';
import { RevokeDialog } from '../../keys/revoke-dialog.tsx';
import { RotateDialog } from '../../keys/rotate-dialog.tsx';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { useUsage } from '../../keys/usage.ts';
import { Actor, Entries } from '../../trail/entries.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Fact, Facts, Mono, Notice, PageHead, Skeleton } from '../../ui/parts.tsx';
import { Failure } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { UsageChart } from '../../ui/usage-chart.tsx';
import { EditDialog } from './edit-dialog.tsx';

const TEXTS = inLanguages(
  {
    back: 'API keys',
    edit: 'Edit',
    about: 'About this key',
    key: 'Key',
    id: 'ID',
    workspace: 'Workspace',
    scopes: 'Scopes',
    created: 'Created',
    by: 'By',
    expires: 'Expires',
    revoked: 'Revoked',
    lastUsed: 'Last used',
    requests: 'Requests in all',
    addresses: 'Allowed addresses',
    anywhere: 'From anywhere',
    metadata: 'Metadata',
    none: 'None',
    usage: 'Use',
    usageLead: 'Requests by day in UTC, refused ones too',
    today: 'Today',
    month: 'This month',
    minute: 'This minute',
    live: 'live',
    test: 'test',
    trail: 'What has happened',
    noTrail: 'Nothing yet',
    noTrailText: 'Changes of this key will be listed here.',
    overlap: (left: string) => `The key before this one goes on for ${left}`,
    overlapText: 'Put the new one everywhere until then. The old one stops by itself.',
    gone: 'This key is revoked',
    goneText: 'Every request with it is refused. It stays listed for a month.',
    copyId: 'Copy',
  },
  {
    back: 'API-Schlüssel',
    edit: 'Bearbeiten',
    about: 'Über diesen Schlüssel',
    key: 'Schlüssel',
    id: 'ID',
    workspace: 'Arbeitsbereich',
    scopes: 'Rechte',
    created: 'Erstellt',
    by: 'Von',
    expires: 'Läuft ab',
    revoked: 'Widerrufen',
    lastUsed: 'Zuletzt benutzt',
    requests: 'Anfragen insgesamt',
    addresses: 'Erlaubte Adressen',
    anywhere: 'Von überall',
    metadata: 'Metadaten',
    none: 'Keine',
    usage: 'Nutzung',
    usageLead: 'Anfragen je Tag in UTC, auch abgelehnte',
    today: 'Heute',
    month: 'Diesen Monat',
    minute: 'Diese Minute',
    live: 'live',
    test: 'Test',
    trail: 'Was geschehen ist',
    noTrail: 'Noch nichts',
    noTrailText: 'Änderungen dieses Schlüssels stehen hier.',
    overlap: (left: string) => `Der Schlüssel vor diesem gilt noch ${left}`,
    overlapText: 'Setzen Sie den neuen bis dahin überall ein. Der alte endet von selbst.',
    gone: 'Dieser Schlüssel ist widerrufen',
    goneText: 'Jede Anfrage mit ihm wird abgelehnt. Einen Monat lang bleibt er in der Liste.',
    copyId: 'Kopieren',
  },
);

type Doing = 'edit' | 'rotate' | 'revoke';

/** One key: what it is, how it is used, what has happened to it. What is being done stands in the URL. */
export default function Key({ params: { id = '' } }: { readonly params: Readonly<Record<string, string>> }) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const listed = useLoadedKeys().find((each) => each.id === id);
  const query = useQuery({
    queryKey: keyQueryKey(id),
    queryFn: () => dataOf(getKey({ path: { id }, throwOnError: true })),
    // What the list has shown is there at once.
    ...(listed && { placeholderData: listed }),
    refetchInterval: 30_000,
  });
  const [parameters, setParameters] = useSearchParams();
  const [, go] = useLocation();
  const { setEnabled } = useKeyChanges();
  const doing = parameters.get('do') as Doing | null;
  const set = (next: Doing | undefined) =>
    setParameters(next === undefined ? {} : { do: next }, { replace: next === undefined });
  const back = (
    <Link to="/keys" className="flex w-fit items-center gap-1.5 text-muted text-xs hover:text-ink">
      <Icon name="back" size={14} />
      {words.back}
    </Link>
  );
  if (query.data === undefined)
    return (
      <>
        {back}
        <Card>
          {query.isError ? (
            <Failure top error={query.error} retry={() => void query.refetch()} />
          ) : (
            <div className="flex flex-col gap-4">
              <Skeleton className="h-6 w-48" />
              <Skeleton className="h-32 w-full" />
            </div>
          )}
        </Card>
      </>
    );
  const key = query.data;
  const isOver = key.status === 'revoked';
  return (
    <>
      <PageHead
        above={back}
        title={
          <span className="flex flex-wrap items-center gap-2.5">
            {key.name}
            <KeyStatus status={key.status} />
            {hasEnvironments && <Environment environment={key.environment} />}
          </span>
        }
      >
        {!isOver && (
          <>
            <Button onClick={() => set('edit')}>{words.edit}</Button>
            <Button onClick={() => void setEnabled(key, key.status === 'disabled')}>
              {key.status === 'disabled' ? words.enable : words.disable}
            </Button>
            <Button icon="refresh" onClick={() => set('rotate')}>
              {words.rotate}…
            </Button>
            <Button look="danger" onClick={() => set('revoke')}>
              {words.revoke}…
            </Button>
          </>
        )}
      </PageHead>
      {isOver && (
        <Notice tone="danger" title={words.gone}>
          <p>{words.goneText}</p>
        </Notice>
      )}
      <Overlap until={key.previous_key_expires_at} />
      <About apiKey={key} />
      <Use id={id} />
      <Trail id={id} />
      {doing === 'edit' && !isOver && <EditDialog apiKey={key} onClose={() => set(undefined)} />}
      {doing === 'rotate' && !isOver && <RotateDialog apiKey={key} onClose={() => set(undefined)} />}
      {doing === 'revoke' && !isOver && (
        <RevokeDialog
          apiKey={key}
          onClose={(isRevoked) => (isRevoked ? go('/keys', { replace: true }) : set(undefined))}
        />
      )}
    </>
  );
}

/** Counts down while the key before a rotation goes on. */
function Overlap({ until }: { readonly until: string | null }) {
  const words = useTexts(TEXTS);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  const seconds = until === null ? 0 : Math.floor((Date.parse(until) - now) / 1000);
  if (seconds <= 0) return null;
  return (
    <Notice tone="warn" title={<span role="timer">{words.overlap(duration(seconds))}</span>}>
      <p>{words.overlapText}</p>
    </Notice>
  );
}

/** Such as `23:59:08`, with days before it. */
function duration(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}

function About({ apiKey }: { readonly apiKey: ApiKey }) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const workspaces = useWorkspaces();
  const { id, key_prefix, workspace_id, scopes, expires_at, revoked_at, last_used_at, last_used_ip } = apiKey;
  const metadata = Object.entries(apiKey.metadata);
  return (
    <Card title={words.about}>
      <Facts>
        <Fact name={words.key}>
          <Mono>{key_prefix}</Mono>
        </Fact>
        <Fact name={words.id}>
          <span className="flex flex-wrap items-center gap-2">
            <Mono>{id}</Mono>
            <CopyButton text={id} label={words.copyId} />
          </span>
        </Fact>
        <Fact name={words.workspace}>
          {workspaces.data?.find((each) => each.id === workspace_id)?.name ?? workspace_id}
        </Fact>
        <Fact name={words.scopes}>
          <Scopes scopes={scopes} all />
        </Fact>
        <Fact name={words.lastUsed}>
          {last_used_at === null ? words.neverUsed : <Time at={last_used_at} />}
          {last_used_ip && <span className="ml-2 font-mono text-faint text-xs">{last_used_ip}</span>}
        </Fact>
        <Fact name={words.requests}>{format.number(apiKey.request_count)}</Fact>
        <Fact name={revoked_at === null ? words.expires : words.revoked}>
          {revoked_at !== null ? (
            <Time at={revoked_at} exact />
          ) : expires_at === null ? (
            words.never
          ) : (
            <Time at={expires_at} exact />
          )}
        </Fact>
        <Fact name={words.created}>
          <Time at={apiKey.created_at} exact />
        </Fact>
        <Fact name={words.by}>
          <Mono>
            <Actor actor={apiKey.created_by} />
          </Mono>
        </Fact>
        <Fact name={words.addresses}>
          {apiKey.allowed_ips.length === 0 ? words.anywhere : <Mono>{apiKey.allowed_ips.join(', ')}</Mono>}
        </Fact>
        {metadata.length > 0 && (
          <Fact name={words.metadata}>
            <Mono>{metadata.map(([name, value]) => `${name}=${value}`).join(', ')}</Mono>
          </Fact>
        )}
      </Facts>
    </Card>
  );
}

function Use({ id }: { readonly id: string }) {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const usage = useUsage(id);
  const counted = ({ live, test }: { readonly live: number; readonly test: number }) =>
    hasEnvironments
      ? `${format.number(live)} ${words.live} · ${format.number(test)} ${words.test}`
      : format.number(live + test);
  return (
    <Card title={words.usage} lead={words.usageLead}>
      {usage.isError ? (
        <Failure error={usage.error} retry={() => void usage.refetch()} />
      ) : usage.data === undefined ? (
        <Skeleton className="h-44 w-full" />
      ) : (
        <div className="flex flex-col gap-5">
          <Facts>
            <Fact name={words.minute}>{format.number(usage.data.this_window?.requests ?? 0)}</Fact>
            <Fact name={words.today}>{counted(usage.data.today)}</Fact>
            <Fact name={words.month}>{counted(usage.data.this_month)}</Fact>
          </Facts>
          <UsageChart days={usage.data.days} />
        </div>
      )}
    </Card>
  );
}

function Trail({ id }: { readonly id: string }) {
  const words = useTexts(TEXTS);
  const mayRead = useMay('audit');
  const trail = useQuery({
    queryKey: ['audit', 'key', id],
    queryFn: () => dataOf(listAudit({ query: { target: `key:${id}`, limit: 100 }, throwOnError: true })),
    enabled: mayRead,
  });
  if (!mayRead) return null;
  const entries = trail.data?.data.toReversed() ?? [];
  return (
    <Card title={words.trail} flush>
      {trail.isError ? (
        <Failure error={trail.error} retry={() => void trail.refetch()} />
      ) : trail.isPending ? (
        <div className="p-5">
          <Skeleton className="h-16 w-full" />
        </div>
      ) : entries.length === 0 ? (
        <Empty icon="audit" title={words.noTrail}>
          {words.noTrailText}
        </Empty>
      ) : (
        <Entries entries={entries} withTarget={false} />
      )}
    </Card>
  );
}
