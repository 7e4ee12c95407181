import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTexts } from '../../app/language.ts';
import { Button } from '../../ui/button.tsx';
import type { IconName } from '../../ui/icons.tsx';
import { Card, Empty, Skeleton, Status } from '../../ui/parts.tsx';
import { Failure } from '../../ui/states.tsx';
import { OPERATOR_TEXTS } from './texts.ts';

const TONES = { active: 'ok', suspended: 'warn', closed: 'danger' } as const;

/** The state of a tenant. */
export function TenantStatus({ status }: { readonly status: keyof typeof TONES }) {
  return <Status tone={TONES[status]}>{useTexts(OPERATOR_TEXTS)[status]}</Status>;
}

interface Page<Row> {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
}

/** A list that is read page by page, in a frame with all that can become of it. */
export function Paged<Row>({
  name,
  title,
  icon,
  load,
  children,
}: {
  /** What the list is of: another one is loaded anew. */
  readonly name: readonly string[];
  readonly title?: string;
  readonly icon: IconName;
  readonly load: (cursor: string | undefined) => Promise<Page<Row>>;
  readonly children: (rows: readonly Row[]) => ReactNode;
}) {
  const words = useTexts(OPERATOR_TEXTS);
  const query = useInfiniteQuery({
    queryKey: ['operators', ...name],
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <Card flush title={title}>
      {query.isPending ? (
        <div className="p-5">
          <Skeleton className="h-24 w-full" />
        </div>
      ) : query.isError && rows.length === 0 ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 && !query.hasNextPage ? (
        <Empty icon={icon} title={words.none} />
      ) : (
        <>
          <ul className="flex flex-col divide-y divide-line">{children(rows)}</ul>
          {query.hasNextPage && (
            <div className="border-line border-t p-3">
              <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {words.more}
              </Button>
            </div>
          )}
        </>
      )}
    </Card>
  );
}

/** One row: what it is, something about it, and what can be done. */
export function Row({
  name,
  about,
  children,
}: {
  readonly name: ReactNode;
  readonly about: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-2.5 max-sm:px-4">
      <span className="flex min-w-0 flex-1 basis-56 flex-col gap-0.5">
        <span className="flex flex-wrap items-center gap-2 break-words font-medium text-[13px]">{name}</span>
        <span className="break-words text-faint text-xs">{about}</span>
      </span>
      {children && <span className="flex flex-wrap gap-2">{children}</span>}
    </li>
  );
}
