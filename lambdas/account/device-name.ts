/** The parts of a `User-Agent` by which people know a device. */
export interface Device {
  readonly browser: string;
  readonly system: string;
}

/** The first that fits decides: each browser also names those that it is like. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;

const SYSTEMS = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['CrOS', 'ChromeOS'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** The device of a browser (RFC 9110, 10.1.5). Undefined for other programs. */
export function deviceOf(userAgent: string): Device | undefined {
  const browser = BROWSERS.find(([token]) => userAgent.includes(`${token}/`))?.[1];
  const system = SYSTEMS.find(([token]) => userAgent.includes(token))?.[1];
  return browser === undefined || system === undefined ? undefined : { browser, system };
}

/** The name of a program that is no browser: the first product of its `User-Agent`, such as `curl`. */
export function programOf(userAgent: string): string | undefined {
  return /^[\w.-]{1,40}/.exec(userAgent)?.[0];
}
