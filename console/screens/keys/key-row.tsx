import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { ApiKey } from '../../api/generated/types.gen.ts';
import { useFormats, useTexts } from '../../app/language.ts';
import { useKeyChanges } from '../../keys/changes.ts';
import { Environment, KeyStatus, Scopes } from '../../keys/key-parts.tsx';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { IconButton } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Checkbox } from '../../ui/field.tsx';
import { Menu } from '../../ui/menu.tsx';
import type { MenuEntry } from '../../ui/menu-entries.ts';
import { Skeleton } from '../../ui/parts.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { Time } from '../../ui/time.tsx';
import type { Column } from './columns.ts';
import { TEXTS } from './texts.ts';

export const ROW_PX = 56;
/** The look of a cell, of the head's too. */
export const CELL =
  'px-3 text-left align-middle first:pl-4 last:pr-3 max-sm:px-2 max-sm:first:pl-3 max-sm:last:pr-2';

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

export function KeyRow({ index, apiKey, columns, workspace, use, isSelected, onToggle, onRevoke }: RowProps) {
  const words = useTexts(TEXTS);
  const { id, name, key_prefix: mask, status } = apiKey;
  return (
    <tr
      aria-rowindex={index + 2}
      style={{ height: ROW_PX }}
      className={classNames('border-line border-b last:border-b-0 hover:bg-hover', isSelected && 'bg-hover')}
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
}

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
