import type { Branding } from '../contract/branding.ts';
import { type PlainSuccess, Text } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { readableOn } from './colors.ts';
import { html } from './html.ts';
import { PASSKEY_SCRIPT } from './passkey-script.ts';
import { LOGO_PATH, PASSKEY_SCRIPT_PATH, STYLESHEET_PATH } from './paths.ts';
import { stylesheet } from './stylesheet.ts';

/** What pages load, in the function `public`. */
export interface PageFiles {
  readonly stylesheet: string;
  /** The logo's SVG; of a team without one a monogram, for the browser's tab. */
  readonly logo: string;
}

/** The services of these rows in the function `public`. */
export interface PageFileServices {
  readonly pageFiles: PageFiles;
}

export function pageFiles(branding: Branding): PageFiles {
  return { stylesheet: stylesheet(branding), logo: branding.logo ?? monogram(branding) };
}

function monogram({ name, color }: Branding): string {
  const letter = [...name.trim()][0]?.toUpperCase() ?? '';
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${color}"/><text x="16" y="22" text-anchor="middle" font-family="system-ui,sans-serif" font-size="18" font-weight="700" fill="${readableOn(color)}">${letter}</text></svg>`
    .text;
}

/** What a row with `page` also answers: the way to itself at the host where its cookies are. */
export const ELSEWHERE: PlainSuccess<'redirect'> = {
  status: 302,
  kind: 'redirect',
  description: "The way to this page at the deployment's own host.",
};

/** Short, as the name of a file stays when the team's colours change. */
const CACHED = { 'Cache-Control': 'public, max-age=600' };

const group = routeGroup<PageFileServices>()({ service: 'public', tag: 'Pages' });

export const pageFileRoutes = group.rows({
  getStylesheet: group.public({
    method: 'GET',
    path: STYLESHEET_PATH,
    summary: 'The stylesheet of the pages',
    success: {
      status: 200,
      kind: 'text',
      contentType: 'text/css; charset=utf-8',
      description: 'The stylesheet.',
      headers: CACHED,
    },
    errors: [],
    handle: async (_request, { pageFiles: { stylesheet } }) => new Text(stylesheet),
  }),
  getPasskeyScript: group.public({
    method: 'GET',
    path: PASSKEY_SCRIPT_PATH,
    summary: 'The script of the pages that ask for a passkey',
    success: {
      status: 200,
      kind: 'text',
      contentType: 'text/javascript; charset=utf-8',
      description: 'The script.',
      headers: CACHED,
    },
    errors: [],
    handle: async () => new Text(PASSKEY_SCRIPT),
  }),
  getLogo: group.public({
    method: 'GET',
    path: LOGO_PATH,
    summary: "The team's logo, or a monogram",
    success: {
      status: 200,
      kind: 'text',
      contentType: 'image/svg+xml',
      description: 'The logo.',
      // An image within a page runs nothing; opened by itself it is a document of our origin.
      headers: {
        ...CACHED,
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      },
    },
    errors: [],
    handle: async (_request, { pageFiles: { logo } }) => new Text(logo),
  }),
});
