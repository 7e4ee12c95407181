/** Now, in whole seconds since 1970-01-01 (Unix time). Passed in, so that tests can move it. */
export type Clock = () => number;

export const systemClock: Clock = () => Math.floor(Date.now() / 1000);

/** Stands for "no expiry" wherever a time is compared. */
export const NEVER = 9_999_999_999;

/** Unix seconds as RFC 3339 text; null for {@link NEVER}. */
export function timestamp(seconds: number): string | null {
  return seconds >= NEVER ? null : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** The inverse: `undefined` when the text is no RFC 3339 date-time with an offset. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[Tt ](?!24)\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text))
    return undefined;
  // `Date.parse` carries a day that its month does not have over into the next one.
  if (new Date(text.slice(0, 10)).getUTCDate() !== Number(text.slice(8, 10))) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}
