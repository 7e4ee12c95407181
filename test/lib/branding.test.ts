import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CONTROL_CONTRAST, contrast } from '../../lambdas/pages/colors.ts';
import { darkPalette } from '../../lambdas/pages/stylesheet.ts';
import { brandingOf } from '../../lib/branding.ts';
import { ConfigError } from '../../lib/config.ts';
import { loadSettings } from '../../lib/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-branding-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>';
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const branding = async (given: object = {}) =>
  brandingOf(await loadSettings({ profile: 'default', config: { branding: given } }));

describe('the branding of the pages', () => {
  test('has by default the profile’s title, no logo, and colours that stand out', async () => {
    const { name, logo, color, darkColor } = await branding();
    expect([name, logo]).toEqual(['Latchkey', null]);
    expect(contrast(color, '#ffffff')).toBeGreaterThan(CONTROL_CONTRAST);
    expect(contrast(darkColor, darkPalette({ darkColor }).card)).toBeGreaterThanOrEqual(CONTROL_CONTRAST);
  });

  test('is what the configuration says; a dark colour of its own is left as it is', async () => {
    const logo = file('logo.svg', SVG);
    expect(await branding({ name: 'Acme', logo, color: '#0b7a75', darkColor: '#000000' })).toEqual({
      name: 'Acme',
      logo: SVG,
      color: '#0b7a75',
      darkColor: '#000000',
    });
  });

  test.each([
    [{ name: '' }, /^branding\.name: must be a name of 1 to 60 characters on one line$/],
    [{ name: 'a\nb' }, /^branding\.name: must be/],
    [
      { color: 'blue' },
      /^branding\.color: must be a colour as #rrggbb, with digits and small letters a to f$/,
    ],
    [{ color: '#12345' }, /^branding\.color: must be/],
    [{ color: 'red;}body{display:none' }, /^branding\.color: must be/],
    [{ logo: 'logo.png' }, /^branding\.logo: must be the path of an \.svg file, or null for none$/],
    [{ logo: 'nowhere.svg' }, /^branding\.logo: nowhere\.svg cannot be read; name a file/],
    [{ colour: '#123456' }, /^branding\.colour: unknown field; known are name, logo, color, darkColor$/],
  ])('%j is refused, with the field and the fix', async (given, message) => {
    await expect(branding(given)).rejects.toThrow(ConfigError);
    await expect(branding(given)).rejects.toThrow(message);
  });

  test.each([
    [
      'large.svg',
      `${SVG}${' '.repeat(32 * 1024)}`,
      /has \d+ bytes, and a logo has at most 32768; simplify it$/,
    ],
    ['other.svg', '<html></html>', /is no SVG; export the logo as one$/],
    ['script.svg', '<svg><script>alert(1)</script></svg>', /has a script in it; export the logo without$/],
    ['handler.svg', '<svg onload="alert(1)"/>', /has a script in it/],
    ['link.svg', '<svg><a href="javascript:alert(1)"/></svg>', /has a script in it/],
  ])('the logo %s is refused', async (name, text, message) => {
    await expect(branding({ logo: file(name, text) })).rejects.toThrow(message);
  });
});
