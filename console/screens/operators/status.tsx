import { useQuery } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { getDeploymentStatus } from '../../api/generated/sdk.gen.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { Item, Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Fact, Facts, Mono, PageHead, Status } from '../../ui/parts.tsx';

const TEXTS = inLanguages(
  {
    title: 'Status',
    counts: 'What there is',
    tenants: 'Tenants',
    users: 'People',
    keys_active: 'Active keys',
    keys_disabled: 'Disabled keys',
    keys_revoked: 'Revoked keys',
    decisions: 'Decided today',
    decisionsLead:
      'Requests with a credential since 00:00 UTC, as CloudWatch counts them a minute or two later',
    unknown: 'CloudWatch does not answer at the moment.',
    allowed: 'Let in',
    observed: 'Let in, unidentified',
    misdirected: 'Wrong workspace',
    limited: 'Over the limit',
    forbidden: 'Without the right',
    refused: 'Credential refused',
    failed: 'Not decided',
    signing: 'Signing keys',
    next: 'Next',
    signs: 'Signs',
    retired: 'Retired',
    revoked: 'Revoked',
    days: (days: string) => `${days} days old`,
  },
  {
    title: 'Status',
    counts: 'Was es gibt',
    tenants: 'Mandanten',
    users: 'Personen',
    keys_active: 'Aktive Schlüssel',
    keys_disabled: 'Gesperrte Schlüssel',
    keys_revoked: 'Widerrufene Schlüssel',
    decisions: 'Heute entschieden',
    decisionsLead:
      'Anfragen mit Zugangsdaten seit 00:00 UTC, wie CloudWatch sie ein, zwei Minuten später zählt',
    unknown: 'CloudWatch antwortet im Moment nicht.',
    allowed: 'Eingelassen',
    observed: 'Eingelassen, ohne Identität',
    misdirected: 'Falscher Arbeitsbereich',
    limited: 'Über dem Limit',
    forbidden: 'Ohne das Recht',
    refused: 'Zugangsdaten abgelehnt',
    failed: 'Nicht entschieden',
    signing: 'Signaturschlüssel',
    next: 'Nächster',
    signs: 'Signiert',
    retired: 'Abgelöst',
    revoked: 'Widerrufen',
    days: (days: string) => `${days} Tage alt`,
  },
);

const TONES = { next: 'neutral', signs: 'ok', retired: 'neutral', revoked: 'danger' } as const;
const REFRESH_MS = 60_000;

/** How the deployment is. */
export default function DeploymentStatus() {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const query = useQuery({
    queryKey: ['operators', 'status'],
    queryFn: () => dataOf(getDeploymentStatus({ throwOnError: true })),
    refetchInterval: REFRESH_MS,
  });
  const { data } = query;
  const facts = (figures: Readonly<Record<string, number>>) => (
    <Facts>
      {Object.entries(figures).map(([name, figure]) => (
        <Fact key={name} name={name in words ? String(words[name as 'tenants']) : name}>
          {format.number(figure)}
        </Fact>
      ))}
    </Facts>
  );
  return (
    <>
      <PageHead title={words.title} />
      {data === undefined ? (
        <Card flush>
          <Loaded query={query}>{() => null}</Loaded>
        </Card>
      ) : (
        <>
          <Card title={words.counts}>{facts(data.counts)}</Card>
          <Card title={words.decisions} lead={words.decisionsLead}>
            {data.decisions === null ? <p className="text-muted">{words.unknown}</p> : facts(data.decisions)}
          </Card>
          <Card flush title={words.signing}>
            <Items>
              {data.signing_keys.map(({ kid, use, algorithm, state, age_seconds: age }) => (
                <Item
                  key={kid}
                  title={
                    <>
                      <Mono>{kid}</Mono>
                      <Status tone={TONES[state]}>{words[state]}</Status>
                    </>
                  }
                >
                  {[
                    use,
                    algorithm,
                    ...(age === null ? [] : [words.days(format.number(Math.floor(age / 86_400)))]),
                  ].join(' · ')}
                </Item>
              ))}
            </Items>
          </Card>
        </>
      )}
    </>
  );
}
