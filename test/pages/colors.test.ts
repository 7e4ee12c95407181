import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTROL_CONTRAST, contrast, readableOn, TEXT_CONTRAST } from '../../lambdas/pages/colors.ts';
import { darkPalette, lightPalette, type Palette } from '../../lambdas/pages/stylesheet.ts';

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

test.each([
  ['#000000', '#ffffff', 21],
  ['#777777', '#ffffff', 4.48],
  ['#ff0000', '#ffffff', 4],
])('the contrast of %s and %s is %d, as WCAG counts it', (one, other, ratio) => {
  expect(contrast(one, other)).toBeCloseTo(ratio, 1);
  expect(contrast(other, one)).toBe(contrast(one, other));
});

test('on any colour the text of a button can be read', () => {
  fc.assert(
    fc.property(color, (any) => {
      expect(contrast(any, readableOn(any))).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    }),
  );
});

const palettes: readonly [string, (color: string) => Palette][] = [
  ['light', (color) => lightPalette({ color })],
  ['dark', (darkColor) => darkPalette({ darkColor })],
];

describe.each(palettes)('in %s surroundings', (_name, paletteOf) => {
  test('a button of any colour can be told from the card', () => {
    fc.assert(
      fc.property(color, (any) => {
        const { accentBorder, card } = paletteOf(any);
        expect(contrast(accentBorder, card)).toBeGreaterThanOrEqual(CONTROL_CONTRAST);
      }),
    );
  });

  test('every text can be read where it stands, and every field be seen', () => {
    const { card, page, text, muted, alert, onAlert, warning, onWarning, border } = paletteOf('#1f4b99');
    const pairs = [
      [text, card],
      [text, page],
      [muted, card],
      [onAlert, alert],
      [onWarning, warning],
    ] as const;
    for (const [one, other] of pairs)
      expect([one, other, contrast(one, other)]).toEqual([
        one,
        other,
        expect.toSatisfy((ratio: number) => ratio >= TEXT_CONTRAST),
      ]);
    expect(contrast(border, card)).toBeGreaterThanOrEqual(CONTROL_CONTRAST);
  });
});
