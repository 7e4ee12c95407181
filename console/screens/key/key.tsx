import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { dataOf } from '../../api/client.ts';
import { getKey } from '../../api/generated/sdk.gen.ts';
import type { ApiKey } from '../../api/generated/types.gen.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useKeyLimit, useMay } from '../../app/me.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { useKeyChanges } from '../../keys/changes.ts';
import { BackToKeys, Environment, hasEnvironments, KeyStatus } from '../../keys/key-parts.tsx';
import { keyQueryKey, useLoadedKeys } from '../../keys/loaded-keys.ts';
import { Refusals } from '../../keys/refusals.tsx';
import { RevokeDialog } from '../../keys/revoke-dialog.tsx';
import { RotateDialog } from '../../keys/rotate-dialog.tsx';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { useUsage } from '../../keys/usage.ts';
import { Entries } from '../../trail/entries.tsx';
import { useTrail } from '../../trail/loaded-entries.ts';
import { Newer } from '../../trail/newer.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Empty, Fact, Facts, Notice, PageHead, Skeleton } from '../../ui/parts.tsx';
import { Failure } from '../../ui/states.tsx';
import { UsageChart } from '../../ui/usage-chart.tsx';
import { About } from './about.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { Overlap } from './overlap.tsx';

const TEXTS = inLanguages(
  {
    edit: 'Edit',
    usage: 'Use',
    usageLead: 'Requests by day in UTC, refused ones too',
    today: 'Today',
    month: 'This month',
    minute: 'This minute',
    of: (limit: string) => `of ${limit}`,
    live: 'live',
    test: 'test',
    trail: 'What has happened',
    noTrail: 'Nothing yet',
    noTrailText: 'Changes of this key will be listed here.',
    gone: 'This key is revoked',
    goneText: 'Every request with it is refused. It stays listed for a month.',
  },
  {
    edit: 'Bearbeiten',
    usage: 'Nutzung',
    usageLead: 'Anfragen je Tag in UTC, auch abgelehnte',
    today: 'Heute',
    month: 'Diesen Monat',
    minute: 'Diese Minute',
    of: (limit: string) => `von ${limit}`,
    live: 'live',
    test: 'Test',
    trail: 'Was geschehen ist',
    noTrail: 'Noch nichts',
    noTrailText: 'Änderungen dieses Schlüssels stehen hier.',
    gone: 'Dieser Schlüssel ist widerrufen',
    goneText: 'Jede Anfrage mit ihm wird abgelehnt. Einen Monat lang bleibt er in der Liste.',
  },
);

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
  const [, go] = useLocation();
  const { setEnabled } = useKeyChanges();
  const { doing, begin, end } = useDoing<'edit' | 'rotate' | 'revoke'>();
  if (query.data === undefined)
    return (
      <>
        <BackToKeys />
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
        above={<BackToKeys />}
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
            <Button onClick={() => begin('edit')}>{words.edit}</Button>
            <Button onClick={() => void setEnabled(key, key.status === 'disabled')}>
              {key.status === 'disabled' ? words.enable : words.disable}
            </Button>
            <Button icon="refresh" onClick={() => begin('rotate')}>
              {words.rotate}…
            </Button>
            <Button look="danger" onClick={() => begin('revoke')}>
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
      <Use apiKey={key} />
      <Trail id={id} />
      {doing === 'edit' && !isOver && <EditDialog apiKey={key} onClose={end} />}
      {doing === 'rotate' && !isOver && <RotateDialog apiKey={key} onClose={end} />}
      {doing === 'revoke' && !isOver && (
        <RevokeDialog
          apiKey={key}
          onClose={(isRevoked) => (isRevoked ? go('/keys', { replace: true }) : end())}
        />
      )}
    </>
  );
}

function Use({ apiKey: { id, environment } }: { readonly apiKey: ApiKey }) {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const usage = useUsage(id);
  const limit = useKeyLimit(environment);
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
            <Fact name={words.minute}>
              {format.number(usage.data.this_window?.requests ?? 0)}
              {limit && ` ${words.of(format.number(limit))}`}
            </Fact>
            <Fact name={words.today}>{counted(usage.data.today)}</Fact>
            <Fact name={words.month}>{counted(usage.data.this_month)}</Fact>
          </Facts>
          <UsageChart days={usage.data.days} />
          <Refusals refused={usage.data.refused} />
        </div>
      )}
    </Card>
  );
}

function Trail({ id }: { readonly id: string }) {
  const words = useTexts(TEXTS);
  const mayRead = useMay('audit');
  const trail = useTrail({ target: `key:${id}` }, null, mayRead);
  if (!mayRead) return null;
  const { entries } = trail;
  return (
    <Card title={words.trail} flush>
      <Newer trail={trail} />
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
