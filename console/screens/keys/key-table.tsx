import { memo, type ReactNode, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ApiKey, Workspace } from '../../api/generated/types.gen.ts';
import { useFormats, useTexts } from '../../app/language.ts';
import { useKeyChanges } from '../../keys/changes.ts';
import { Environment, KeyStatus, Scopes } from '../../keys/key-parts.tsx';
import { RevokeDialog } from '../../keys/revoke-dialog.tsx';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { useUsageOfKeys } from '../../keys/usage.ts';
import { IconButton } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Checkbox } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/menu.tsx';
import type { MenuEntry } from '../../ui/menu-entries.ts';
import { Skeleton } from '../../ui/parts.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { Time } from '../../ui/time.tsx';
import { useVisibleRows } from '../../ui/visible-rows.ts';
import type { Column } from './columns.ts';
import { SORTS, type Sort } from './filter.ts';
import { TEXTS } from './texts.ts';

const ROW_PX = 56;
const FRAME = 'overflow-x-auto rounded-xl border border-line bg-panel';
const CELL =
  'px-3 text-left align-middle first:pl-4 last:pr-3 max-sm:px-2 max-sm:first:pl-3 max-sm:last:pr-2';

interface TableProps {
  readonly keys: readonly ApiKey[];
  readonly columns: readonly Column[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly workspaces: readonly Workspace[];
}

/** The table, of which only the rows in sight are in the page. */
export function KeyTable({ keys, columns, sort, onSort, selected, onSelect, workspaces }: TableProps) {
  const words = useTexts(TEXTS);
  const body = useRef<HTMLTableSectionElement>(null);
  const [revoked, setRevoked] = useState<ApiKey>();
  const { first, end } = useVisibleRows(body, keys.length, ROW_PX);
  const inSight = keys.slice(first, end);
  const usage = useUsageOfKeys(
    inSight.map(({ id }) => id),
    columns.includes('use'),
  );
  const areAllSelected = keys.length > 0 && selected.size >= keys.length;
  const width = columns.length + 3;
  return (
    <div className={FRAME}>
      <table
        aria-label={words.table}
        aria-rowcount={keys.length + 1}
        className="w-full border-collapse text-[13px]"
      >
        <thead>
          <tr className="h-10 border-line border-b text-muted text-xs">
            <th scope="col" className={classNames(CELL, 'w-9')}>
              <Checkbox
                aria-label={words.all}
                checked={areAllSelected}
                onChange={() => onSelect(areAllSelected ? new Set() : new Set(keys.map(({ id }) => id)))}
              />
            </th>
            <Head column="name" sort={sort} onSort={onSort} />
            {columns.map((column) => (
              <Head key={column} column={column} sort={sort} onSort={onSort} />
            ))}
            <th scope="col" className={classNames(CELL, 'w-10')}>
              <span className="sr-only">{words.actionsHead}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {first > 0 && <Gap height={first * ROW_PX} width={width} />}
          {inSight.map((key, index) => (
            <Row
              key={key.id}
              index={first + index}
              apiKey={key}
              columns={columns}
              workspace={workspaces.find(({ id }) => id === key.workspace_id)?.name}
              use={usage.get(key.id)}
              isSelected={selected.has(key.id)}
              onToggle={() => {
                const next = new Set(selected);
                if (!next.delete(key.id)) next.add(key.id);
                onSelect(next);
              }}
              onRevoke={() => setRevoked(key)}
            />
          ))}
          {end < keys.length && <Gap height={(keys.length - end) * ROW_PX} width={width} />}
        </tbody>
      </table>
      {revoked && <RevokeDialog apiKey={revoked} onClose={() => setRevoked(undefined)} />}
    </div>
  );
}

/** The place of rows that are out of sight. */
function Gap({ height, width }: { readonly height: number; readonly width: number }) {
  return (
    <tr>
      <td colSpan={width} style={{ height }} />
    </tr>
  );
}

function Head({
  column,
  sort,
  onSort,
}: {
  readonly column: 'name' | Column;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}) {
  const words = useTexts(TEXTS);
  const sortable = SORTS.find((each) => each === column);
  const isSorted = sort.replace(/^-/, '') === column;
  const isReversed = sort.startsWith('-');
  const hidden = column !== 'name' && column !== 'status' && 'max-sm:hidden';
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (isReversed ? 'descending' : 'ascending') : undefined}
      className={classNames(CELL, 'whitespace-nowrap font-medium', hidden)}
    >
      {sortable === undefined ? (
        words[column]
      ) : (
        <button
          type="button"
          onClick={() => onSort(isSorted && !isReversed ? `-${sortable}` : sortable)}
          className={classNames(
            '-mx-1 flex items-center gap-1 rounded px-1 hover:text-ink',
            isSorted && 'text-ink',
          )}
        >
          {words[column]}
          {isSorted && <Icon name={isReversed ? 'down' : 'up'} size={12} />}
        </button>
      )}
    </th>
  );
}

interface RowProps {
  readonly index: number;
  readonly apiKey: ApiKey;
  readonly columns: readonly Column[];
  readonly workspace: string | undefined;
  /** Requests by day; undefined until they are known. */
  readonly use: readonly number[] | undefined;
  readonly isSelected: boolean;
  readonly onToggle: () => void;
  readonly onRevoke: () => void;
}

const Row = memo(
  ({ index, apiKey, columns, workspace, use, isSelected, onToggle, onRevoke }: RowProps) => {
    const words = useTexts(TEXTS);
    const { id, name, key_prefix: mask, status } = apiKey;
    return (
      <tr
        aria-rowindex={index + 2}
        style={{ height: ROW_PX }}
        className={classNames(
          'border-line border-b last:border-b-0 hover:bg-hover',
          isSelected && 'bg-hover',
        )}
      >
        <td className={CELL}>
          <Checkbox aria-label={words.one(name)} checked={isSelected} onChange={onToggle} />
        </td>
        <td className={CELL}>
          <Link
            to={`/keys/${id}`}
            className={classNames(
              'block max-w-64 truncate font-medium hover:underline max-sm:max-w-32',
              status === 'revoked' && 'text-muted line-through',
            )}
          >
            {name}
          </Link>
          <span className="block max-w-64 truncate font-mono text-[11px] text-faint max-sm:max-w-32">
            {mask}
          </span>
        </td>
        {columns.map((column) => (
          <td key={column} className={classNames(CELL, column !== 'status' && 'max-sm:hidden')}>
            <Cell column={column} apiKey={apiKey} workspace={workspace} use={use} />
          </td>
        ))}
        <td className={CELL}>
          <RowMenu apiKey={apiKey} onRevoke={onRevoke} />
        </td>
      </tr>
    );
  },
  (before, after) =>
    before.apiKey === after.apiKey &&
    before.isSelected === after.isSelected &&
    before.columns.join() === after.columns.join() &&
    before.workspace === after.workspace &&
    before.use === after.use &&
    before.index === after.index &&
    // It closes over what is selected.
    before.onToggle === after.onToggle,
);

function Cell({
  column,
  apiKey,
  workspace,
  use,
}: Pick<RowProps, 'apiKey' | 'workspace' | 'use'> & { readonly column: Column }): ReactNode {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const { status, environment, scopes, workspace_id, last_used_at, last_used_ip, request_count } = apiKey;
  switch (column) {
    case 'status':
      return <KeyStatus status={status} />;
    case 'environment':
      return <Environment environment={environment} />;
    case 'scopes':
      return <Scopes scopes={scopes} />;
    case 'workspace':
      return <span className="block max-w-40 truncate">{workspace ?? workspace_id}</span>;
    case 'lastUsed':
      if (last_used_at === null) return <span className="text-faint">{words.neverUsed}</span>;
      return (
        <span className="flex flex-col">
          <Time at={last_used_at} />
          {last_used_ip && <span className="font-mono text-[11px] text-faint">{last_used_ip}</span>}
        </span>
      );
    case 'use':
      if (use === undefined) return <Skeleton className="h-5 w-14" />;
      return (
        <Sparkline
          values={use}
          label={words.requestsOf(format.number(use.reduce((sum, each) => sum + each, 0)))}
        />
      );
    case 'requests':
      return <span className="tabular-nums">{format.number(request_count)}</span>;
    case 'expires':
      return apiKey.expires_at === null ? (
        <span className="text-faint">{words.never}</span>
      ) : (
        <Time at={apiKey.expires_at} />
      );
    case 'created':
      return <Time at={apiKey.created_at} />;
  }
}

function RowMenu({ apiKey, onRevoke }: { readonly apiKey: ApiKey; readonly onRevoke: () => void }) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const [, go] = useLocation();
  const { setEnabled } = useKeyChanges();
  const { id, name, status } = apiKey;
  const isDisabled = status === 'disabled';
  const changes: readonly MenuEntry[] = [
    { kind: 'item', icon: 'refresh', text: `${words.rotate}…`, onSelect: () => go(`/keys/${id}?do=rotate`) },
    {
      kind: 'item',
      icon: 'lock',
      text: isDisabled ? words.enable : words.disable,
      onSelect: () => void setEnabled(apiKey, isDisabled),
    },
    { kind: 'line' },
    { kind: 'item', icon: 'close', danger: true, text: `${words.revoke}…`, onSelect: onRevoke },
  ];
  return (
    <Menu
      trigger={<IconButton size="small icon" icon="more" label={words.actions(name)} />}
      entries={[
        { kind: 'item', icon: 'keys', text: words.open, onSelect: () => go(`/keys/${id}`) },
        {
          kind: 'item',
          icon: 'copy',
          text: words.copyId,
          onSelect: () => void navigator.clipboard.writeText(id),
        },
        ...(status === 'revoked' ? [] : changes),
      ]}
    />
  );
}

const LOADING_ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export function LoadingTable() {
  return (
    <div role="status" className={FRAME}>
      {LOADING_ROWS.map((row) => (
        <div key={row} className="flex h-14 items-center gap-6 border-line border-b px-4 last:border-b-0">
          <Skeleton className="size-4" />
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-4 w-16" />
          <Skeleton className="ml-auto h-4 w-24 max-sm:hidden" />
        </div>
      ))}
    </div>
  );
}
