import { useDeferredValue, useMemo, useState } from 'react';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useWorkspaces } from '../../app/me.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { REASONS } from '../../keys/attention.ts';
import { hasEnvironments } from '../../keys/key-parts.tsx';
import { useKeys } from '../../keys/loaded-keys.ts';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Input, Select } from '../../ui/field.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Card, Empty, PageHead } from '../../ui/parts.tsx';
import { Failure } from '../../ui/states.tsx';
import { COLUMNS, type Column, useColumns } from './columns.ts';
import { type Filter, matching, readFilter, type Sort } from './filter.ts';
import { KeyTable, LoadingTable } from './key-table.tsx';
import { Selection } from './selection.tsx';
import { TEXTS as TABLE_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    title: 'API keys',
    lead: 'What your programs call the API with.',
    create: 'Create key',
    search: 'Search by name or key',
    status: 'Status',
    environment: 'Environment',
    workspace: 'Workspace',
    any: 'All statuses',
    attention: 'Worth a look',
    soon: 'Expires soon',
    unused: 'Not used for 90 days',
    broad: 'May manage the account',
    anyEnvironment: 'Live and test',
    anyWorkspace: 'All workspaces',
    columns: 'Columns',
    none: 'No keys yet',
    noneText: 'A key lets a program call the API: create one, copy it once, and make the first call.',
    noMatch: 'No key is like that',
    noMatchText: 'Change the search or the filters.',
    clear: 'Clear filters',
    count: (shown: string, all: string) => (shown === all ? `${all} in all` : `${shown} of ${all}`),
    loading: 'more are being loaded…',
    more: 'Load more',
  },
  {
    title: 'API-Schlüssel',
    lead: 'Womit Ihre Programme die API aufrufen.',
    create: 'Schlüssel erstellen',
    search: 'Nach Name oder Schlüssel suchen',
    status: 'Status',
    environment: 'Umgebung',
    workspace: 'Arbeitsbereich',
    any: 'Alle Zustände',
    attention: 'Einen Blick wert',
    soon: 'Läuft bald ab',
    unused: 'Seit 90 Tagen unbenutzt',
    broad: 'Darf das Konto verwalten',
    anyEnvironment: 'Live und Test',
    anyWorkspace: 'Alle Arbeitsbereiche',
    columns: 'Spalten',
    none: 'Noch keine Schlüssel',
    noneText:
      'Mit einem Schlüssel ruft ein Programm die API auf: erstellen, einmal kopieren, und der erste Aufruf geht.',
    noMatch: 'Kein Schlüssel passt',
    noMatchText: 'Ändern Sie die Suche oder die Filter.',
    clear: 'Filter entfernen',
    count: (shown: string, all: string) => (shown === all ? `${all} insgesamt` : `${shown} von ${all}`),
    loading: 'weitere werden geladen…',
    more: 'Mehr laden',
  },
);

const STATUSES = ['active', 'disabled', 'expired', 'revoked'] as const;

/** The keys of the tenant: searched, filtered and sorted, with all of that in the URL. */
export default function Keys() {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const { parameters, change, clear } = useUrlParameters<keyof Filter>();
  const filter = readFilter(parameters);
  const [text, setText] = useState(filter.text);
  const wanted = useDeferredValue(text);
  const { columns, toggle } = useColumns();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const query = useKeys();
  const workspaces = useWorkspaces();
  const { keys } = query;
  const shown = useMemo(
    () => matching(keys, { ...readFilter(parameters), text: wanted }),
    [keys, parameters, wanted],
  );
  const head = (
    <PageHead title={words.title} lead={words.lead}>
      <LinkButton to="/keys/new" look="primary" icon="plus">
        {words.create}
      </LinkButton>
    </PageHead>
  );
  if (query.isError && keys.length === 0)
    return (
      <>
        {head}
        <Card>
          <Failure error={query.error} retry={() => void query.refetch()} />
        </Card>
      </>
    );
  if (!query.isPending && keys.length === 0)
    return (
      <>
        {head}
        <Card>
          <Empty
            icon="keys"
            title={words.none}
            actions={
              <LinkButton to="/keys/new" look="primary" icon="plus">
                {words.create}
              </LinkButton>
            }
          >
            {words.noneText}
          </Empty>
        </Card>
      </>
    );
  return (
    <>
      {head}
      <div className="flex flex-col gap-3">
        <search className="flex flex-wrap items-center gap-2">
          <div className="min-w-56 flex-1">
            <Input
              type="search"
              icon="search"
              aria-label={words.search}
              placeholder={words.search}
              value={text}
              onChange={({ target }) => {
                setText(target.value);
                change({ text: target.value });
              }}
            />
          </div>
          <Select
            aria-label={words.status}
            value={filter.status}
            onChange={({ target }) => change({ status: target.value })}
          >
            <option value="">{words.any}</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {words[status]}
              </option>
            ))}
            <optgroup label={words.attention}>
              {REASONS.map((reason) => (
                <option key={reason} value={reason}>
                  {words[reason]}
                </option>
              ))}
            </optgroup>
          </Select>
          {hasEnvironments && (
            <Select
              aria-label={words.environment}
              value={filter.environment}
              onChange={({ target }) => change({ environment: target.value })}
            >
              <option value="">{words.anyEnvironment}</option>
              <option value="live">{words.live}</option>
              <option value="test">{words.test}</option>
            </Select>
          )}
          {(workspaces.data?.length ?? 0) > 1 && (
            <Select
              aria-label={words.workspace}
              value={filter.workspace}
              onChange={({ target }) => change({ workspace: target.value })}
            >
              <option value="">{words.anyWorkspace}</option>
              {workspaces.data?.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          )}
          <ColumnsMenu columns={columns} toggle={toggle} label={words.columns} />
        </search>
        {query.isPending ? (
          <LoadingTable />
        ) : shown.length === 0 ? (
          <Card>
            <Empty
              icon="filter"
              title={words.noMatch}
              actions={
                <Button
                  onClick={() => {
                    setText('');
                    clear();
                  }}
                >
                  {words.clear}
                </Button>
              }
            >
              {words.noMatchText}
            </Empty>
          </Card>
        ) : (
          <KeyTable
            keys={shown}
            columns={columns}
            sort={filter.sort}
            onSort={(sort: Sort) => change({ sort })}
            selected={selected}
            onSelect={setSelected}
            workspaces={workspaces.data ?? []}
          />
        )}
        <p aria-live="polite" className="flex items-center gap-3 text-faint text-xs">
          {!query.isPending && (
            <span>
              {words.count(format.number(shown.length), format.number(keys.length))}
              {query.isFetchingNextPage && ` · ${words.loading}`}
            </span>
          )}
          {query.hasNextPage && !query.isFetchingNextPage && (
            <Button size="small" onClick={() => void query.fetchNextPage()}>
              {words.more}
            </Button>
          )}
        </p>
      </div>
      <Selection keys={shown.filter(({ id }) => selected.has(id))} onClear={() => setSelected(new Set())} />
    </>
  );
}

function ColumnsMenu({
  columns,
  toggle,
  label,
}: {
  readonly columns: readonly Column[];
  readonly toggle: (column: Column) => void;
  readonly label: string;
}) {
  const words = useTexts(TABLE_TEXTS);
  return (
    <span className="max-sm:hidden">
      <Menu
        trigger={<Button icon="columns">{label}</Button>}
        entries={COLUMNS.map((column) => ({
          kind: 'check',
          text: words[column],
          checked: columns.includes(column),
          onChange: () => toggle(column),
        }))}
      />
    </span>
  );
}
