/** A colour of sRGB, each part from 0 to 255. */
type Rgb = readonly [red: number, green: number, blue: number];

export const WHITE = '#ffffff';
export const BLACK = '#000000';

/** Reads `#rrggbb`. Throws for anything else. */
function parse(color: string): Rgb {
  const [, red = '', green = '', blue = ''] = /^#(..)(..)(..)$/.exec(color) ?? [];
  const parts = [red, green, blue].map((part) => Number.parseInt(part, 16));
  if (parts.some(Number.isNaN)) throw new TypeError(`not a colour: ${JSON.stringify(color)}`);
  return parts as unknown as Rgb;
}

/** Relative luminance (WCAG 2.2, definitions). */
function luminance(color: string): number {
  const [red, green, blue] = parse(color).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definitions). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** What text needs against what it stands on (WCAG 2.2, 1.4.3 AA), and what a control needs (1.4.11 AA). */
export const TEXT_CONTRAST = 4.5;
export const CONTROL_CONTRAST = 3;

/** White or black for text on a colour: white where it is readable, else black. One of them always is. */
export function readableOn(color: string): string {
  return contrast(color, WHITE) >= TEXT_CONTRAST ? WHITE : BLACK;
}

/** The colour, mixed with as little of `other` as gives it `ratio` against `background`. */
export function standingOut(color: string, background: string, ratio: number, other: string): string {
  for (let percent = 0; percent < 100; percent += 2) {
    const mixed = mix(color, other, percent / 100);
    if (contrast(mixed, background) >= ratio) return mixed;
  }
  return other;
}

function mix(one: string, other: string, share: number): string {
  const [from, to] = [parse(one), parse(other)];
  const parts = from.map((part, index) => Math.round(part + ((to[index] ?? 0) - part) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
