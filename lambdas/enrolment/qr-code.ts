import { encode } from 'uqr';
import { html, type Markup } from '../pages/html.ts';

/** Modules of white around it (ISO/IEC 18004, 9.1: four). */
const BORDER = 4;

/** A QR code as an image of the page itself: dark on white whatever the page's colours, as apps read it. */
export function qrCode(text: string, label: string): Markup {
  const { data, size } = encode(text, { ecc: 'M', border: BORDER });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return html`<svg role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`;
}
