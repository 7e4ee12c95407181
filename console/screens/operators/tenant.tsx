import { useQuery } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { listTenantAudit, listTenantKeys, listTenantUsers, showTenant } from '../../api/generated/sdk.gen.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { Button } from '../../ui/button.tsx';
import { Item } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { BackLink, Badge, Card, Fact, Facts, Mono, PageHead } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import { Acts } from './acts.tsx';
import { Paged, TenantStatus } from './paged.tsx';
import { OPERATOR_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    changeTier: 'Change tier',
    suspend: 'Suspend',
    resume: 'Resume',
    workspaces: 'Workspaces',
    created: 'Created',
    erased: 'Erased',
    today: 'Requests today',
    month: 'Requests this month',
    refused: 'Refused in 30 days',
    trail: 'What has happened, oldest first',
    reset: 'Reset password',
    factors: 'Remove factors',
    revoke: 'Revoke',
    used: 'used',
  },
  {
    changeTier: 'Tarif ändern',
    suspend: 'Sperren',
    resume: 'Entsperren',
    workspaces: 'Arbeitsbereiche',
    created: 'Erstellt',
    erased: 'Wird gelöscht',
    today: 'Anfragen heute',
    month: 'Anfragen diesen Monat',
    refused: 'Abgelehnt in 30 Tagen',
    trail: 'Was geschehen ist, das Älteste zuerst',
    reset: 'Passwort zurücksetzen',
    factors: 'Faktoren entfernen',
    revoke: 'Widerrufen',
    used: 'benutzt',
  },
);

/** One tenant: what it is, and what can be done for it. What is being done stands in the URL. */
export default function Tenant({
  params: { id = '' },
}: {
  readonly params: Readonly<Record<string, string>>;
}) {
  const words = { ...useTexts(OPERATOR_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const { change } = useUrlParameters<'do' | 'of'>();
  const query = useQuery({
    queryKey: ['operators', id],
    queryFn: () => dataOf(showTenant({ path: { id }, throwOnError: true })),
  });
  const back = <BackLink to="/operators">{words.tenants}</BackLink>;
  const { data: tenant } = query;
  if (tenant === undefined)
    return (
      <>
        {back}
        <Card>
          <Loaded top query={query}>
            {() => null}
          </Loaded>
        </Card>
      </>
    );
  const requests = ({ live, test }: { readonly live: number; readonly test: number }) =>
    format.number(live + test);
  const refusals = Object.entries(tenant.usage.refused)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${format.number(count)}`)
    .join(', ');
  const ask = (act: string, of = '') => change({ do: act, of });
  return (
    <>
      <PageHead
        above={back}
        title={
          <span className="flex flex-wrap items-center gap-2.5">
            {tenant.name}
            <TenantStatus status={tenant.status} />
          </span>
        }
      >
        {tenant.status !== 'closed' && (
          <>
            <Button onClick={() => ask('tier')}>{words.changeTier}…</Button>
            {tenant.status === 'active' ? (
              <Button look="danger" onClick={() => ask('suspend')}>
                {words.suspend}…
              </Button>
            ) : (
              <Button look="primary" onClick={() => ask('resume')}>
                {words.resume}…
              </Button>
            )}
          </>
        )}
      </PageHead>
      <Card>
        <Facts>
          <Fact name="Id">
            <Mono>{id}</Mono>
          </Fact>
          <Fact name={words.tier}>{tenant.tier}</Fact>
          <Fact name={words.people}>{format.number(tenant.user_count)}</Fact>
          <Fact name={words.keys}>{format.number(tenant.key_count)}</Fact>
          <Fact name={words.workspaces}>{format.number(tenant.workspace_count)}</Fact>
          <Fact name={words.today}>{requests(tenant.usage.today)}</Fact>
          <Fact name={words.month}>{requests(tenant.usage.this_month)}</Fact>
          <Fact name={words.refused}>{refusals || '–'}</Fact>
          <Fact name={words.created}>
            <Time at={tenant.created_at} exact />
          </Fact>
          {tenant.erases_at && (
            <Fact name={words.erased}>
              <Time at={tenant.erases_at} exact />
            </Fact>
          )}
        </Facts>
      </Card>
      <Paged
        name={[id, 'users']}
        title={words.people}
        icon="lock"
        load={(cursor) =>
          dataOf(listTenantUsers({ path: { id }, query: { ...(cursor && { cursor }) }, throwOnError: true }))
        }
      >
        {(people) =>
          people.map((person) => (
            <Item
              key={person.id}
              title={
                <>
                  {person.email}
                  {person.factors.map((factor) => (
                    <Badge key={factor}>{factor}</Badge>
                  ))}
                </>
              }
              actions={
                <>
                  <Button size="small" onClick={() => ask('reset', person.id)}>
                    {words.reset}…
                  </Button>
                  {person.factors.length > 0 && (
                    <Button size="small" onClick={() => ask('factors', person.id)}>
                      {words.factors}…
                    </Button>
                  )}
                </>
              }
            >
              {[person.full_name, person.role].filter(Boolean).join(' · ')}
            </Item>
          ))
        }
      </Paged>
      <Paged
        name={[id, 'keys']}
        title={words.keys}
        icon="keys"
        load={(cursor) =>
          dataOf(listTenantKeys({ path: { id }, query: { ...(cursor && { cursor }) }, throwOnError: true }))
        }
      >
        {(keys) =>
          keys.map((key) => (
            <Item
              key={key.id}
              title={
                <>
                  {key.name} <Mono>{key.key_prefix}</Mono>
                </>
              }
              actions={
                key.status !== 'revoked' && (
                  <Button size="small" onClick={() => ask('revoke', key.id)}>
                    {words.revoke}…
                  </Button>
                )
              }
            >
              <p>
                {key.status} · {key.scopes.join(' ')}
                {key.last_used_at && (
                  <>
                    {' '}
                    · {words.used} <Time at={key.last_used_at} />
                  </>
                )}
              </p>
            </Item>
          ))
        }
      </Paged>
      <Paged
        name={[id, 'audit']}
        title={words.trail}
        icon="audit"
        load={(cursor) =>
          dataOf(listTenantAudit({ path: { id }, query: { ...(cursor && { cursor }) }, throwOnError: true }))
        }
      >
        {(entries) =>
          entries.map(({ seq, action, target, target_name: name, actor, at }) => (
            <Item key={seq} title={action}>
              <p>
                {name ?? target} · {actor} · <Time at={at} />
              </p>
            </Item>
          ))
        }
      </Paged>
      <Acts tenant={tenant} onClose={() => ask('')} />
    </>
  );
}
