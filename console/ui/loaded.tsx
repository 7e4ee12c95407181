import type { ReactNode } from 'react';
import { Skeleton } from './parts.tsx';
import { Failure } from './states.tsx';

/** What was asked for, once it is there; until then its place, or why it is not. */
export function Loaded<Data>({
  query: { data, isError, error, refetch },
  top = false,
  children,
}: {
  readonly query: {
    readonly data: Data | undefined;
    readonly isError: boolean;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  /** Whether it is all of a screen. */
  readonly top?: boolean;
  readonly children: (data: Data) => ReactNode;
}) {
  if (data !== undefined) return children(data);
  if (isError) return <Failure top={top} error={error} retry={() => void refetch()} />;
  return (
    <div className="flex flex-col gap-3 p-5">
      <Skeleton className="h-9 w-full" />
      <Skeleton className="h-9 w-full" />
    </div>
  );
}
