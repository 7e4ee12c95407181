import { useRef, useState } from 'react';
import type { ApiKey, Workspace } from '../../api/generated/types.gen.ts';
import { useTexts } from '../../app/language.ts';
import { RevokeDialog } from '../../keys/revoke-dialog.tsx';
import { useUsageOfKeys } from '../../keys/usage.ts';
import { classNames } from '../../ui/class-names.ts';
import { Checkbox } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Skeleton } from '../../ui/parts.tsx';
import { useVisibleRows } from '../../ui/visible-rows.ts';
import type { Column } from './columns.ts';
import { SORTS, type Sort } from './filter.ts';
import { CELL, KeyRow, ROW_PX } from './key-row.tsx';
import { TEXTS } from './texts.ts';

const FRAME = 'overflow-x-auto rounded-xl border border-line bg-panel';

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
  const areAllSelected = keys.every(({ id }) => selected.has(id));
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
            <KeyRow
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
