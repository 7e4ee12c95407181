import { type ReactNode, useState } from 'react';
import type { AuditEntry } from '../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../app/language.ts';
import { useMe } from '../app/me.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Fact, Facts, Mono } from '../ui/parts.tsx';
import { Time } from '../ui/time.tsx';

const TEXTS = inLanguages(
  {
    before: 'Before',
    after: 'After',
    field: 'Field',
    actor: 'Who',
    subject: 'For',
    target: 'What',
    at: 'When',
    address: 'From',
    request: 'Request',
    nothing: '–',
  },
  {
    before: 'Vorher',
    after: 'Nachher',
    field: 'Feld',
    actor: 'Wer',
    subject: 'Für',
    target: 'Was',
    at: 'Wann',
    address: 'Von',
    request: 'Anfrage',
    nothing: '–',
  },
);

/** Who did something: the reader by their address, others as the trail has them. */
export function Actor({ actor }: { readonly actor: string }) {
  const { user_id, email } = useMe();
  return <>{actor === `user:${user_id}` ? email : actor}</>;
}

/** Rows of the audit trail; each opens to what it has changed. */
export function Entries({
  entries,
  withTarget = true,
}: {
  readonly entries: readonly AuditEntry[];
  readonly withTarget?: boolean;
}) {
  const words = useTexts(TEXTS);
  const [shown, setShown] = useState<AuditEntry>();
  return (
    <>
      <ul className="flex flex-col divide-y divide-line">
        {entries.map((entry) => (
          <li key={entry.seq}>
            <button
              type="button"
              onClick={() => setShown(entry)}
              className="grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-5 py-2.5 text-left -outline-offset-2 hover:bg-hover max-sm:px-4"
            >
              <span className="flex min-w-0 flex-wrap items-baseline gap-x-3">
                <span className="font-medium text-[13px]">{entry.action}</span>
                {withTarget && (
                  <span className="truncate text-[13px] text-muted">{entry.target_name ?? entry.target}</span>
                )}
              </span>
              <span className="text-faint text-xs">
                <Time at={entry.at} />
              </span>
              <span className="col-span-2 truncate font-mono text-[11px] text-faint">
                <Actor actor={entry.actor} />
                {entry.subject && ` · ${entry.subject}`}
                {entry.ip && ` · ${entry.ip}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {shown && (
        <Dialog wide title={shown.action} onClose={() => setShown(undefined)}>
          <Facts>
            <Fact name={words.at}>
              <Time at={shown.at} exact />
            </Fact>
            <Fact name={words.actor}>
              <Mono>
                <Actor actor={shown.actor} />
              </Mono>
            </Fact>
            {shown.subject && (
              <Fact name={words.subject}>
                <Mono>{shown.subject}</Mono>
              </Fact>
            )}
            <Fact name={words.target}>
              {shown.target_name} <Mono>{shown.target}</Mono>
            </Fact>
            {shown.ip && (
              <Fact name={words.address}>
                <Mono>{shown.ip}</Mono>
              </Fact>
            )}
            <Fact name={words.request}>
              <Mono>{shown.request_id}</Mono>
            </Fact>
          </Facts>
          <Changes before={shown.before} after={shown.after} />
        </Dialog>
      )}
    </>
  );
}

type Side = AuditEntry['before'];

/** What was and what is, field by field; what has changed stands out. */
function Changes({ before, after }: { readonly before: Side; readonly after: Side }): ReactNode {
  const words = useTexts(TEXTS);
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (fields.length === 0) return null;
  const text = (side: Side, field: string) => {
    const value = side?.[field];
    if (value === undefined || value === null) return words.nothing;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return (
    <div className="overflow-x-auto rounded-lg border border-line">
      <table className="w-full text-left text-xs">
        <thead className="text-muted">
          <tr className="border-line border-b">
            <th scope="col" className="px-3 py-2 font-medium">
              {words.field}
            </th>
            <th scope="col" className="px-3 py-2 font-medium">
              {words.before}
            </th>
            <th scope="col" className="px-3 py-2 font-medium">
              {words.after}
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => {
            const [was, is] = [text(before, field), text(after, field)];
            const differs = was !== is;
            return (
              <tr key={field} className="border-line border-b last:border-b-0">
                <th scope="row" className="px-3 py-2 align-top font-normal text-muted">
                  {field}
                </th>
                <td className="break-all px-3 py-2 align-top font-mono">
                  <span className={differs && was !== words.nothing ? 'text-danger' : 'text-muted'}>
                    {was}
                  </span>
                </td>
                <td className="break-all px-3 py-2 align-top font-mono">
                  <span className={differs && is !== words.nothing ? 'text-ok' : 'text-muted'}>{is}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
