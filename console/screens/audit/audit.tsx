import { useState } from 'react';
import type { AuditEntry } from '../../api/generated/types.gen.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { Entries } from '../../trail/entries.tsx';
import { useTrail } from '../../trail/loaded-entries.ts';
import { Newer } from '../../trail/newer.tsx';
import { Button } from '../../ui/button.tsx';
import { download } from '../../ui/download.ts';
import { Select } from '../../ui/field.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Card, Empty, PageHead, Skeleton } from '../../ui/parts.tsx';
import { SettledInput } from '../../ui/settled-input.tsx';
import { Failure } from '../../ui/states.tsx';

const TEXTS = inLanguages(
  {
    title: 'Audit',
    lead: 'Who did what, newest first. Nothing of it can be changed.',
    actor: 'Who, such as user:…',
    action: 'Action, such as key.revoke',
    target: 'What, such as key:…',
    time: 'Time',
    day: 'Last 24 hours',
    week: 'Last 7 days',
    month: 'Last 30 days',
    all: 'All the time',
    export: 'Export',
    json: 'As JSON lines',
    csv: 'As CSV, for a spreadsheet',
    none: 'Nothing has happened',
    noneText: 'In this time, with these filters.',
    more: 'Show more',
    count: (count: string) => `${count} entries`,
    loading: 'more are being loaded…',
  },
  {
    title: 'Protokoll',
    lead: 'Wer hat was getan, das Neueste zuerst. Nichts davon lässt sich ändern.',
    actor: 'Wer, etwa user:…',
    action: 'Aktion, etwa key.revoke',
    target: 'Was, etwa key:…',
    time: 'Zeit',
    day: 'Letzte 24 Stunden',
    week: 'Letzte 7 Tage',
    month: 'Letzte 30 Tage',
    all: 'Alle Zeit',
    export: 'Exportieren',
    json: 'Als JSON-Zeilen',
    csv: 'Als CSV, für eine Tabelle',
    none: 'Nichts ist geschehen',
    noneText: 'In dieser Zeit, mit diesen Filtern.',
    more: 'Mehr zeigen',
    count: (count: string) => `${count} Einträge`,
    loading: 'weitere werden geladen…',
  },
);

const SPANS = { day: 86_400_000, week: 604_800_000, month: 2_592_000_000, all: null } as const;
type Span = keyof typeof SPANS;

const FIELDS = ['actor', 'action', 'target'] as const;
type Parameter = (typeof FIELDS)[number] | 'time';
const SHOWN_AT_FIRST = 200;

/** Who did what, with what is asked for in the URL. */
export default function Audit() {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const { parameters, change } = useUrlParameters<Parameter>();
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const chosen = parameters.get('time') ?? '';
  const span: Span = Object.hasOwn(SPANS, chosen) ? (chosen as Span) : 'week';
  const filter = Object.fromEntries(
    FIELDS.flatMap((field) => {
      const value = parameters.get(field)?.trim();
      return value ? [[field, value]] : [];
    }),
  );
  const query = useTrail(filter, SPANS[span]);
  const { entries, isError } = query;
  const search = (name: Parameter, value: string) => {
    setShown(SHOWN_AT_FIRST);
    change({ [name]: value });
  };
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        <Menu
          trigger={
            <Button icon="download" disabled={entries.length === 0}>
              {words.export}
            </Button>
          }
          entries={[
            { kind: 'item', text: words.json, onSelect: () => download(asLines(entries), 'audit.ndjson') },
            { kind: 'item', text: words.csv, onSelect: () => download(asCsv(entries), 'audit.csv') },
          ]}
        />
      </PageHead>
      <search className="flex flex-wrap gap-2">
        {FIELDS.map((field) => (
          <div key={field} className="min-w-44 flex-1">
            <SettledInput
              icon="filter"
              maxLength={100}
              label={words[field]}
              value={parameters.get(field) ?? ''}
              onSettled={(text) => search(field, text)}
            />
          </div>
        ))}
        <Select aria-label={words.time} value={span} onChange={({ target }) => search('time', target.value)}>
          {(Object.keys(SPANS) as Span[]).map((each) => (
            <option key={each} value={each}>
              {words[each]}
            </option>
          ))}
        </Select>
      </search>
      <Card flush>
        <Newer trail={query} />
        {query.isPending ? (
          <div className="flex flex-col gap-3 p-5">
            <Skeleton className="h-9 w-full" />
            <Skeleton className="h-9 w-full" />
            <Skeleton className="h-9 w-full" />
          </div>
        ) : isError && entries.length === 0 ? (
          <Failure error={query.error} retry={() => void query.refetch()} />
        ) : entries.length === 0 ? (
          <Empty icon="audit" title={words.none}>
            {words.noneText}
          </Empty>
        ) : (
          <Entries entries={entries.slice(0, shown)} />
        )}
      </Card>
      <p aria-live="polite" className="flex items-center gap-3 text-faint text-xs">
        {!query.isPending && words.count(format.number(entries.length))}
        {query.isFetchingNextPage && ` · ${words.loading}`}
        {entries.length > shown && (
          <Button size="small" onClick={() => setShown(shown + SHOWN_AT_FIRST)}>
            {words.more}
          </Button>
        )}
      </p>
    </>
  );
}

function asLines(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

const COLUMNS = [
  'seq',
  'at',
  'actor',
  'action',
  'target',
  'target_name',
  'ip',
  'request_id',
  'before',
  'after',
] as const;

/** RFC 4180. A cell that a spreadsheet would run as a formula is a text (OWASP, CSV injection). */
function asCsv(entries: readonly AuditEntry[]): string {
  const cell = (value: unknown) => {
    const text =
      value === null || value === undefined
        ? ''
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value);
    return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  return [
    COLUMNS.join(','),
    ...entries.map((entry) => COLUMNS.map((column) => cell(entry[column])).join(',')),
  ].join('\r\n');
}
