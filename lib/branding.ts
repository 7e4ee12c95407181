import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Branding } from '../lambdas/contract/branding.ts';
import { CONTROL_CONTRAST, standingOut, WHITE } from '../lambdas/pages/colors.ts';
import { darkPalette } from '../lambdas/pages/stylesheet.ts';
import { ConfigError } from './config.ts';
import type { Settings } from './settings.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** It is part of a function's bundle. */
const MAX_LOGO_BYTES = 32 * 1024;

/** The branding of the configuration with what it leaves open. Throws a `ConfigError` for a logo that cannot be served. */
export function brandingOf({
  config: {
    branding: { name, logo, color, darkColor },
  },
  profile,
}: Settings): Branding {
  const { card } = darkPalette({ darkColor: color });
  return {
    name: name ?? profile.title,
    logo: logo === null ? null : readLogo(logo),
    color,
    darkColor: darkColor ?? standingOut(color, card, CONTROL_CONTRAST, WHITE),
  };
}

function readLogo(file: string): string {
  const fault = (text: string) => new ConfigError(`branding.logo: ${file} ${text}`);
  const svg = textOf(isAbsolute(file) ? file : join(ROOT, file));
  if (svg === undefined) throw fault('cannot be read; name a file from the folder of latchkey.config.ts');
  const bytes = Buffer.byteLength(svg);
  if (bytes > MAX_LOGO_BYTES)
    throw fault(`has ${bytes} bytes, and a logo has at most ${MAX_LOGO_BYTES}; simplify it`);
  if (!/<svg[\s>]/.test(svg)) throw fault('is no SVG; export the logo as one');
  // A browser runs nothing of an image, and our policy nothing of it opened by itself: this is the third lock.
  if (/<script|<foreignObject|\son\w+\s*=|javascript:/i.test(svg))
    throw fault('has a script in it; export the logo without');
  return svg;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
