import { inLanguages, useFormats, useTexts } from '../app/language.ts';

/** Requests of a day. */
export interface UsageDay {
  readonly date: string;
  readonly live: number;
  readonly test: number;
}

const TEXTS = inLanguages(
  { day: 'Day', live: 'Live', test: 'Test', none: 'No requests in this time', caption: 'Requests by day' },
  {
    day: 'Tag',
    live: 'Live',
    test: 'Test',
    none: 'Keine Anfragen in dieser Zeit',
    caption: 'Anfragen je Tag',
  },
);

/** Lines across the bars, above the lowest. */
const LINES = 4;
const LEAST_TOP = 4;

/** A number at which a scale ends well: 1, 2 or 5 with zeros, and a multiple of the lines. */
function topOf(most: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(LEAST_TOP, most)));
  const top = [1, 2, 4, 8, 10].map((step) => step * size).find((each) => each >= most) ?? 10 * size;
  return Math.max(LEAST_TOP, top);
}

/**
 * Requests by day, as bars: of so few, the page draws them itself, in the colours of its theme and sharp at any size. As a
 * table for who does not see them.
 */
export function UsageChart({ days }: { readonly days: readonly UsageDay[] }) {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const used = days.filter(({ live, test }) => live + test > 0);
  const hasTest = days.some(({ test }) => test > 0);
  const top = topOf(Math.max(0, ...days.map(({ live, test }) => live + test)));
  const percent = (value: number) => `${(100 * value) / top}%`;
  return (
    <figure className="flex flex-col gap-3">
      <figcaption className="flex gap-4 text-muted text-xs">
        <Legend className="bg-brand" text={words.live} />
        {hasTest && <Legend className="bg-chart" text={words.test} />}
        {used.length === 0 && <span className="ml-auto">{words.none}</span>}
      </figcaption>
      <div aria-hidden="true" className="grid grid-cols-[auto_1fr] gap-x-2 text-[11px] text-faint">
        <div className="relative w-9 text-right tabular-nums">
          {Array.from({ length: LINES + 1 }, (_, line) => (top * line) / LINES).map((value) => (
            <span key={value} className="absolute right-0 translate-y-1/2" style={{ bottom: percent(value) }}>
              {format.compact(value)}
            </span>
          ))}
        </div>
        <div className="relative mt-2 flex h-40 items-end gap-[2px] border-line border-b sm:gap-1">
          {Array.from({ length: LINES }, (_, line) => (top * (line + 1)) / LINES).map((value) => (
            <span
              key={value}
              className="absolute inset-x-0 border-line border-t border-dashed"
              style={{ bottom: percent(value) }}
            />
          ))}
          {days.map(({ date, live, test }) => (
            <span
              key={date}
              title={`${format.date(date)}: ${format.number(live)} ${words.live}, ${format.number(test)} ${words.test}`}
              className="relative flex h-full flex-1 flex-col justify-end gap-px rounded-t-sm hover:bg-hover"
            >
              {test > 0 && <span className="rounded-t-sm bg-chart" style={{ height: percent(test) }} />}
              {live > 0 && (
                <span
                  className={test > 0 ? 'bg-brand' : 'rounded-t-sm bg-brand'}
                  style={{ height: percent(live) }}
                />
              )}
            </span>
          ))}
        </div>
        <span />
        <div className="mt-1.5 flex justify-between">
          {[days[0], days[Math.floor(days.length / 2)], days.at(-1)].map(
            (day) => day && <span key={day.date}>{format.shortDate(day.date)}</span>,
          )}
        </div>
      </div>
      <table className="sr-only">
        <caption>{words.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.day}</th>
            <th scope="col">{words.live}</th>
            <th scope="col">{words.test}</th>
          </tr>
        </thead>
        <tbody>
          {used.map(({ date, live, test }) => (
            <tr key={date}>
              <th scope="row">{format.date(date)}</th>
              <td>{format.number(live)}</td>
              <td>{format.number(test)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Legend({ className, text }: { readonly className: string; readonly text: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <span className={`size-2 rounded-sm ${className}`} />
      {text}
    </span>
  );
}
