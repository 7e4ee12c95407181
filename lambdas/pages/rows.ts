import type { Branding } from '../contract/branding.ts';
import { Problem } from '../kernel/problem.ts';
import { type PlainSuccess, Text } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { LOGO_PATH, STYLESHEET_PATH } from './paths.ts';
import { stylesheet } from './stylesheet.ts';

/** What pages load, in the function `public`. */
export interface PageFiles {
  readonly stylesheet: string;
  /** The logo's SVG; null where there is none. */
  readonly logo: string | null;
}

/** The services of these rows in the function `public`. */
export interface PageFileServices {
  readonly pageFiles: PageFiles;
}

export function pageFiles(branding: Branding): PageFiles {
  return { stylesheet: stylesheet(branding), logo: branding.logo };
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
  getLogo: group.public({
    method: 'GET',
    path: LOGO_PATH,
    summary: "The team's logo",
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
    errors: ['not_found'],
    handle: async (_request, { pageFiles: { logo } }) => {
      if (logo === null) throw new Problem('not_found');
      return new Text(logo);
    },
  }),
});
