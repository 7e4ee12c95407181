import type { Branding } from '../contract/branding.ts';
import { BLACK, CONTROL_CONTRAST, readableOn, standingOut, WHITE } from './colors.ts';

/** Colours of one scheme. Tests hold every pair of text and background to WCAG 2.2 AA. */
export interface Palette {
  readonly page: string;
  readonly card: string;
  readonly text: string;
  /** Of what is said besides. */
  readonly muted: string;
  /** Around the card and between facts: nothing depends on seeing it. */
  readonly line: string;
  /** Around fields and quiet buttons. */
  readonly border: string;
  /** The primary button, its text, and its outline, which stands out where the team's colour does not. */
  readonly accent: string;
  readonly onAccent: string;
  readonly accentBorder: string;
  readonly alert: string;
  readonly onAlert: string;
  readonly warning: string;
  readonly onWarning: string;
}

/** The colours of pages in light surroundings. */
export function lightPalette({ color }: Pick<Branding, 'color'>): Palette {
  return {
    page: '#f5f6f7',
    card: '#ffffff',
    text: '#1b1f24',
    muted: '#59616b',
    line: '#e1e4e8',
    border: '#7a828c',
    accent: color,
    onAccent: readableOn(color),
    accentBorder: standingOut(color, '#ffffff', CONTROL_CONTRAST, BLACK),
    alert: '#fdeceb',
    onAlert: '#8f1d18',
    warning: '#fff6dd',
    onWarning: '#6a4a00',
  };
}

/** And in dark ones. */
export function darkPalette({ darkColor }: Pick<Branding, 'darkColor'>): Palette {
  return {
    page: '#0f1216',
    card: '#181c22',
    text: '#eceff3',
    muted: '#a3acb8',
    line: '#2b313a',
    border: '#717b88',
    accent: darkColor,
    onAccent: readableOn(darkColor),
    accentBorder: standingOut(darkColor, '#181c22', CONTROL_CONTRAST, WHITE),
    alert: '#3a1a1a',
    onAlert: '#ffb4ad',
    warning: '#332a10',
    onWarning: '#f3d58a',
  };
}

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, color]) => `--${name}:${color};`)
    .join('');
}

/** The one stylesheet of all pages. It loads nothing: fonts are the system's. */
export function stylesheet(branding: Branding): string {
  return `:root{color-scheme:light dark;${variables(lightPalette(branding))}}
@media (prefers-color-scheme:dark){:root{${variables(darkPalette(branding))}}}
${RULES}`;
}

const RULES = `*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;padding:1rem;display:grid;place-items:center;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
.card{width:100%;max-width:26rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;box-shadow:0 1px 2px rgb(0 0 0/.04),0 8px 24px rgb(0 0 0/.06)}
.wide{max-width:36rem}
.brand{margin:0 0 1.75rem;font-weight:600;color:var(--muted)}
.brand img{display:block;height:2rem;max-width:100%;object-fit:contain;object-position:left}
h1{margin:0;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;text-wrap:balance}
h2{margin:1.5rem 0 .5rem;font-size:1rem;font-weight:600}
p{margin:1rem 0 0}
.lead{margin-top:.5rem;color:var(--muted)}
.alert,.warning{margin:1.25rem 0 0;padding:.75rem 1rem;border-radius:.5rem}
.alert{background:var(--alert);color:var(--onAlert)}
.warning{background:var(--warning);color:var(--onWarning)}
form{margin:0}
label{display:block;margin:1.25rem 0 .375rem;font-weight:600}
input,select,button,.button{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;border-radius:.5rem}
input,select{color:var(--text);background:var(--card);border:1px solid var(--border)}
select{appearance:none;padding-right:2.25rem;background:conic-gradient(from -45deg at bottom,var(--muted) 90deg,transparent 0) right .85rem center/.625rem .3125rem no-repeat,var(--card)}
input[aria-invalid]{border-color:var(--onAlert)}
button,.button{display:inline-flex;align-items:center;justify-content:center;font-weight:600;cursor:pointer;text-decoration:none;color:var(--onAccent);background:var(--accent);border:1px solid var(--accentBorder)}
.quiet{color:var(--text);background:var(--card);border-color:var(--border)}
button:hover,.button:hover{filter:brightness(.94)}
@media (prefers-color-scheme:dark){button:hover,.button:hover{filter:brightness(1.12)}}
.actions{display:flex;flex-direction:column;gap:.75rem;margin-top:1.75rem}
.or{display:flex;align-items:center;gap:.75rem;margin:1.5rem 0 0;color:var(--muted)}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
.or~.actions{margin-top:1rem}
a{color:inherit;text-underline-offset:.2em}
:focus-visible{outline:2px solid var(--text);outline-offset:2px}
.facts{margin:1.25rem 0 0;border-top:1px solid var(--line)}
.facts div{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;padding:.625rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--muted)}
dd{margin:0;font-weight:500}
.scopes{margin:0;padding:0;list-style:none}
.scopes li{position:relative;padding:.25rem 0 .25rem 1.5rem}
.scopes li::before{content:"";position:absolute;left:.125rem;top:.7rem;width:.75rem;height:.4rem;border:solid var(--muted);border-width:0 0 2px 2px;transform:rotate(-45deg)}
code{font:.8125rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--muted)}
.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.1em}
input.code{font-size:1.25rem;text-align:center;text-transform:uppercase}
.hint{margin:.5rem 0 0;font-size:.9375rem;color:var(--muted)}
.others .actions{margin-top:.75rem}
.small{width:auto;min-height:2.25rem;padding:.25rem .75rem;font-size:.9375rem}
.qr{margin:1.5rem auto 0;max-width:13rem}
.qr svg{display:block;width:100%;border-radius:.5rem}
.secret{font-size:1rem;color:var(--text)}
.codes{margin:1.5rem 0 0;padding-left:2rem}
.codes li{padding:.125rem 0}
.codes li::marker{color:var(--muted)}
.codes code{font-size:.9375rem;color:var(--text)}
.notice{margin:1.25rem 0 0;padding:.75rem 1rem;border-radius:.5rem;border:1px solid var(--line)}
section{margin-top:2rem;padding-top:1.5rem;border-top:1px solid var(--line)}
section h2{margin:0;font-size:1.125rem}
section p{margin-top:.5rem;color:var(--muted)}
.items{margin:.75rem 0 0;padding:0;list-style:none}
.items li{display:flex;gap:.25rem 1rem;align-items:center;justify-content:space-between;padding:.75rem 0;border-bottom:1px solid var(--line)}
.items li:last-child{border-bottom:0}
.items strong{font-weight:600}
.items small{display:block;font-size:.875rem;color:var(--muted)}
.items form{flex:none}
.items button{white-space:nowrap}
.items+form,section p+form{margin-top:1rem}
.way{margin-top:1rem}
.consequences{margin:1.25rem 0 0;padding-left:1.25rem}
.consequences li{margin-top:.5rem}
.danger{color:var(--onAlert);background:var(--card);border-color:var(--onAlert)}
.aside{margin-top:1.5rem;font-size:.9375rem;color:var(--muted)}
details{margin-top:1rem;color:var(--muted)}
summary{cursor:pointer}
details p{margin-top:.5rem}
@media (max-width:26rem){body{padding:0;place-items:stretch;background:var(--card)}.card{padding:1.5rem 1.25rem;border:0;border-radius:0;box-shadow:none}}
@media (forced-colors:active){select{appearance:auto}.card,.alert,.warning{border:1px solid CanvasText}}
@media print{.card{border:0;box-shadow:none}}
`;
