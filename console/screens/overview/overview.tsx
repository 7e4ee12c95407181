import { Link } from 'wouter';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useMay, useTenant } from '../../app/me.ts';
import { settings } from '../../app/settings.ts';
import { REASONS, type Reason, reasonsOf } from '../../keys/attention.ts';
import { useKeys } from '../../keys/loaded-keys.ts';
import { Refusals } from '../../keys/refusals.tsx';
import { useUsage } from '../../keys/usage.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icons.tsx';
import { Card, Empty, PageHead, Skeleton } from '../../ui/parts.tsx';
import { Failure } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { UsageChart } from '../../ui/usage-chart.tsx';
import { FirstSteps } from './first-steps.tsx';

const TEXTS = inLanguages(
  {
    title: 'Overview',
    create: 'Create key',
    today: 'Requests today',
    month: 'Requests this month',
    minute: 'Requests a minute',
    ofTen: 'busiest of the last ten',
    busiest: (limit: string) => `busiest of the last ten, of ${limit}`,
    ofPlan: (quota: string, tier: string) => `of ${quota} in the plan “${tier}”`,
    noQuota: (tier: string) => `plan “${tier}”, without a quota`,
    active: 'Active keys',
    ofKeys: (most: string) => `of ${most} that your plan has`,
    test: (count: string) => `${count} of them test`,
    usage: 'Use of the last 30 days',
    usageLead: 'Requests by day in UTC, refused ones too',
    attention: 'Worth a look',
    attentionLead: 'Keys that may surprise you one day',
    soon: 'expires',
    unused: 'not used for 90 days',
    broad: 'may manage your account',
    nothing: 'Nothing to look at',
    nothingText: 'No key expires soon, lies unused or may do too much.',
    more: (count: number) => `and ${count} more`,
  },
  {
    title: 'Übersicht',
    create: 'Schlüssel erstellen',
    today: 'Anfragen heute',
    month: 'Anfragen diesen Monat',
    minute: 'Anfragen je Minute',
    ofTen: 'vollste der letzten zehn',
    busiest: (limit: string) => `vollste der letzten zehn, von ${limit}`,
    ofPlan: (quota: string, tier: string) => `von ${quota} im Tarif „${tier}“`,
    noQuota: (tier: string) => `Tarif „${tier}“, ohne Kontingent`,
    active: 'Aktive Schlüssel',
    ofKeys: (most: string) => `von ${most}, die Ihr Tarif hat`,
    test: (count: string) => `${count} davon Test`,
    usage: 'Nutzung der letzten 30 Tage',
    usageLead: 'Anfragen je Tag in UTC, auch abgelehnte',
    attention: 'Einen Blick wert',
    attentionLead: 'Schlüssel, die einmal überraschen könnten',
    soon: 'läuft ab',
    unused: 'seit 90 Tagen unbenutzt',
    broad: 'darf Ihr Konto verwalten',
    nothing: 'Nichts zu sehen',
    nothingText: 'Kein Schlüssel läuft bald ab, liegt brach oder darf zu viel.',
    more: (count: number) => `und ${count} weitere`,
  },
);

export default function Overview() {
  const words = useTexts(TEXTS);
  const mayManage = useMay('keys');
  return (
    <>
      <PageHead title={words.title}>
        {mayManage && (
          <LinkButton to="/keys/new" look="primary" icon="plus">
            {words.create}
          </LinkButton>
        )}
      </PageHead>
      {mayManage && <FirstSteps />}
      <Usage />
      {mayManage && <Attention />}
    </>
  );
}

function Usage() {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const usage = useUsage();
  const mayManage = useMay('keys');
  const tenant = useTenant();
  const tierName = tenant.data?.tier ?? '';
  const { monthly_quota: quota, requests_per_minute: perMinute } = settings.tiers[tierName] ?? {};
  if (usage.isError)
    return (
      <Card>
        <Failure error={usage.error} retry={() => void usage.refetch()} />
      </Card>
    );
  const { today, this_month: month, days, refused } = usage.data ?? {};
  const minutes = usage.data?.minutes ?? undefined;
  const busiest = minutes && Math.max(...minutes.map(({ requests }) => requests));
  const about = ({ test }: { readonly test: number }) => (test > 0 ? words.test(format.number(test)) : '');
  return (
    <>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(14rem,1fr))] gap-4">
        <Figure name={words.today} value={today && today.live + today.test} about={today && about(today)} />
        <Figure
          name={words.month}
          value={month && month.live + month.test}
          about={
            tierName && (quota ? words.ofPlan(format.compact(quota), tierName) : words.noQuota(tierName))
          }
          share={month && quota ? month.live / quota : undefined}
        />
        <Figure
          name={words.minute}
          value={busiest}
          about={perMinute ? words.busiest(format.compact(perMinute)) : words.ofTen}
          share={busiest !== undefined && perMinute ? busiest / perMinute : undefined}
        />
        {mayManage && <KeyFigure tierName={tierName} />}
      </div>
      <Card title={words.usage} lead={words.usageLead}>
        {days === undefined ? (
          <Skeleton className="h-52 w-full" />
        ) : (
          <div className="flex flex-col gap-5">
            <UsageChart days={days} />
            {refused && <Refusals refused={refused} />}
          </div>
        )}
      </Card>
    </>
  );
}

function KeyFigure({ tierName }: { readonly tierName: string }) {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const { keys, isPending } = useKeys();
  const active = keys.filter(({ status }) => status === 'active').length;
  const most = settings.tiers[tierName]?.keys;
  return (
    <Figure
      name={words.active}
      value={isPending ? undefined : active}
      about={most && words.ofKeys(format.number(most))}
      share={most ? keys.filter(({ status }) => status !== 'revoked').length / most : undefined}
    />
  );
}

/** A number that people look for, and how much of what there is it takes. */
function Figure({
  name,
  value,
  about,
  share,
}: {
  readonly name: string;
  readonly value: number | undefined;
  readonly about?: string | 0 | undefined;
  readonly share?: number | undefined;
}) {
  const format = useFormats();
  return (
    <section className="flex flex-col gap-1 rounded-xl border border-line bg-panel p-5 max-sm:p-4">
      <h2 className="text-muted text-xs">{name}</h2>
      {value === undefined ? (
        <Skeleton className="h-8 w-20" />
      ) : (
        <p className="font-semibold text-2xl tabular-nums tracking-tight">{format.number(value)}</p>
      )}
      <p className="min-h-4.5 text-faint text-xs">{about}</p>
      {share !== undefined && (
        // biome-ignore lint/a11y/useSemanticElements: no two browsers let a meter have our colours.
        <div
          role="meter"
          aria-label={name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(Math.min(1, share) * 100)}
          className="mt-1 h-1.5 overflow-hidden rounded-full bg-line"
        >
          <div
            className={`h-full rounded-full ${share > 0.8 ? 'bg-danger-solid' : 'bg-brand'}`}
            style={{ width: `${Math.min(1, share) * 100}%` }}
          />
        </div>
      )}
    </section>
  );
}

const SHOWN = 6;

const ICONS: Readonly<Record<Reason, IconName>> = { soon: 'clock', unused: 'lock', broad: 'warning' };

function Attention() {
  const words = useTexts(TEXTS);
  const { keys, isPending, isError, error, refetch } = useKeys();
  const found = keys.flatMap((key) => {
    const [reason] = reasonsOf(key);
    return reason === undefined ? [] : [{ key, reason }];
  });
  return (
    <Card title={words.attention} lead={words.attentionLead} flush>
      {isError && keys.length === 0 ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : isPending ? (
        <div className="p-5">
          <Skeleton className="h-16 w-full" />
        </div>
      ) : found.length === 0 ? (
        <Empty icon="check" title={words.nothing}>
          {words.nothingText}
        </Empty>
      ) : (
        <ul className="flex flex-col divide-y divide-line">
          {found.slice(0, SHOWN).map(({ key, reason }) => (
            <li key={key.id}>
              <Link
                to={`/keys/${key.id}`}
                className="flex items-center gap-3 px-5 py-2.5 text-[13px] -outline-offset-2 hover:bg-hover max-sm:px-4"
              >
                <span className="text-warn">
                  <Icon name={ICONS[reason]} />
                </span>
                <span className="min-w-0 flex-1 truncate font-medium">{key.name}</span>
                <span className="text-muted text-xs">
                  {words[reason]} {reason === 'soon' && key.expires_at && <Time at={key.expires_at} />}
                </span>
              </Link>
            </li>
          ))}
          {found.length > SHOWN && (
            <li className="flex flex-wrap gap-x-4 gap-y-1 px-5 py-2.5 text-faint text-xs max-sm:px-4">
              {words.more(found.length - SHOWN)}
              {REASONS.filter((each) => found.some(({ reason }) => reason === each)).map((each) => (
                <Link key={each} to={`/keys?status=${each}`} className="underline hover:text-ink">
                  {words[each]}
                </Link>
              ))}
            </li>
          )}
        </ul>
      )}
    </Card>
  );
}
