import { useFormats } from '../app/language.ts';

/** A time as the reader counts it, in their zone; the exact one in UTC on hover. */
export function Time({
  at,
  exact = false,
}: {
  readonly at: string;
  /** Whether the date is shown, and not how long ago it was. */
  readonly exact?: boolean;
}) {
  const format = useFormats();
  return (
    <time
      dateTime={at}
      title={`${at.replace('T', ' ').replace(/(\.\d+)?Z$/, '')} UTC`}
      className="whitespace-nowrap"
    >
      {exact ? format.dateTime(at) : format.relative(at)}
    </time>
  );
}
