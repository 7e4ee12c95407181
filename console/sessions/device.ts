/** The first that fits decides: each browser also names those that it is like. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;

const SYSTEMS = ['iPhone', 'iPad', 'Android', 'CrOS', 'Windows', 'Mac OS X', 'Linux'];

/**
 * What people know a device by, of its `User-Agent` (RFC 9110, 10.1.5): browser and system, or the first product of
 * another program, such as `curl`. Undefined where it says nothing.
 */
export function deviceName(userAgent: string | null): string | undefined {
  const agent = userAgent ?? '';
  const browser = BROWSERS.find(([token]) => agent.includes(`${token}/`))?.[1];
  const system = SYSTEMS.find((token) => agent.includes(token))?.replace('Mac OS X', 'macOS');
  if (browser !== undefined && system !== undefined) return `${browser}, ${system}`;
  return /^[\w.-]{1,40}/.exec(agent)?.[0];
}
