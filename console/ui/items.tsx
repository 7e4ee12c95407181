import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Skeleton } from './parts.tsx';
import { Failure } from './states.tsx';

/** What was loaded, or that it is being loaded, or why it was not. */
export function Loaded<Data>({
  query,
  children,
}: {
  readonly query: UseQueryResult<Data>;
  readonly children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className="flex flex-col gap-3 p-5">
      <Skeleton className="h-9 w-full" />
      <Skeleton className="h-9 w-full" />
    </div>
  );
}

export function Items({ children }: { readonly children: ReactNode }) {
  return <ul className="flex flex-col divide-y divide-line">{children}</ul>;
}

/** A thing of a list: what it is, a line or more about it, and what can be done with it. */
export function Item({
  title,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 px-5 py-3.5 max-sm:px-4">
      <div className="flex min-w-0 flex-1 basis-52 flex-col gap-1">
        <p className="flex min-w-0 flex-wrap items-center gap-2 break-words font-medium text-[13px]">
          {title}
        </p>
        <div className="flex min-w-0 flex-col gap-1 break-words text-muted text-xs">{children}</div>
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </li>
  );
}
