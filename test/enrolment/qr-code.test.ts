import jsqr from 'jsqr';
import { expect, test } from 'vitest';
import { qrCode } from '../../lambdas/enrolment/qr-code.ts';
import { newTotpSecret, totpUri } from '../../lambdas/factors/totp.ts';

/** Its types say that the function is a member of it; it is the module. */
const jsQr = jsqr as unknown as typeof jsqr.default;

/** Pixels of a module: a reader wants some. */
const SCALE = 4;

/** The image as a camera sees it, and what a reader makes of it. */
function read(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const width = size * SCALE;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let row = 0; row < SCALE; row += 1)
      for (let column = 0; column < SCALE; column += 1) {
        const at = ((Number(y) * SCALE + row) * width + Number(x) * SCALE + column) * 4;
        pixels.fill(0, at, at + 3);
      }
  return jsQr(pixels, width, width)?.data;
}

test.each(['ada@example.com', `${'long.'.repeat(40)}@example.com`])(
  'another reader reads the URI of %s from the image, which is dark on white with a border',
  (email) => {
    const uri = totpUri({ secret: newTotpSecret(), service: 'Acme Memory', email });
    const svg = qrCode(uri, 'QR code').text;
    expect(read(svg)).toBe(uri);
    expect(svg).toContain('role="img" aria-label="QR code"');
    expect(svg).toContain('fill="#fff"/><path d="M4 4h1v1h-1z');
  },
);
