import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTexts } from '../../app/language.ts';
import { Button } from '../../ui/button.tsx';
import type { IconName } from '../../ui/icons.tsx';
import { Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Empty, Status } from '../../ui/parts.tsx';
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
    select: ({ pages }) => pages.flatMap(({ data }) => data),
  });
  return (
    <Card flush title={title}>
      <Loaded query={query}>
        {(rows) =>
          rows.length === 0 && !query.hasNextPage ? (
            <Empty icon={icon} title={words.none} />
          ) : (
            <>
              <Items>{children(rows)}</Items>
              {query.hasNextPage && (
                <div className="border-line border-t p-3">
                  <Button
                    size="small"
                    busy={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    {words.more}
                  </Button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
    </Card>
  );
}
