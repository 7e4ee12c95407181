import type { Branding } from '../contract/branding.ts';
import { Html } from '../kernel/results.ts';
import { html, type Markup } from './html.ts';
import { chooseLanguage, LANGUAGES, type Language } from './languages.ts';
import { LOGO_PATH, STYLESHEET_PATH } from './paths.ts';

/** What all pages of a deployment share. */
export interface PageSettings {
  readonly branding: Branding;
  /** The API's public URL without a slash at its end, below which the pages are. */
  readonly url: string;
}

/** What every page is rendered for. */
export interface PageContext {
  readonly branding: Branding;
  readonly language: Language;
  /** The path before those of our own: the stage's where the pages are at the stage's URL, else empty. */
  readonly base: string;
}

/** The context of a page for a request; `uiLocales` is its parameter `ui_locales`. */
export function pageContext(
  { branding, url }: PageSettings,
  { acceptLanguage }: { readonly acceptLanguage: string },
  uiLocales?: string,
): PageContext {
  return { branding, base: pathOf(url), language: chooseLanguage(uiLocales, acceptLanguage) };
}

/** The path before those of our own; empty for a URL that is a host's alone. */
export function pathOf(url: string): string {
  return new URL(url).pathname.replace(/\/$/, '');
}

/** The texts of a page's language. */
export const textsOf = ({ language }: Pick<PageContext, 'language'>) => LANGUAGES[language];

/**
 * It loads our stylesheet and logo and nothing else, runs no script unless it names one, is framed by nobody and posts to us alone (CSP 3).
 * `form-action` binds redirects after a post too, which is why a post is answered by a page that goes on by itself.
 */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Of a page with a script of ours, which is a file: nothing that stands in a page is run. */
const SCRIPT_POLICY = `${POLICY}; script-src 'self'`;

const HEADERS = {
  'Content-Security-Policy': POLICY,
  // A page's URL names the client and what it asks for: no site that a link leads to is told.
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
} as const;

/** The content of a page. */
export interface PageContent {
  /** Of the window; the heading too. */
  readonly title: string;
  /** A line below the heading. */
  readonly lead?: string;
  readonly body: Markup;
  /** The path of the script that it runs. @default none */
  readonly script?: string;
  /** Whether the card is wider than that of a form: for lists. @default false */
  readonly wide?: boolean;
  /** Where the browser goes by itself, at once; checked by whoever says so. */
  readonly refreshTo?: string;
}

/** A page with one card: the team's name or logo, the heading, and the content. */
export function page(
  context: PageContext,
  { title, lead, body, wide = false, script, refreshTo }: PageContent,
): Html {
  const { branding, language, base } = context;
  const document = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${refreshTo === undefined ? null : html`<meta http-equiv="refresh" content="0;url=${refreshTo}">\n`}<title>${title} · ${branding.name}</title>
<link rel="stylesheet" href="${base}${STYLESHEET_PATH}">
${script === undefined ? null : html`<script src="${base}${script}" defer></script>\n`}<link rel="icon" type="image/svg+xml" href="${base}${LOGO_PATH}">
</head>
<body>
<main class="card${wide ? ' wide' : null}">
<p class="brand">${brand(context)}</p>
<h1>${title}</h1>
${lead === undefined ? null : html`<p class="lead">${lead}</p>\n`}${body}
</main>
</body>
</html>
`;
  return new Html(
    document.text,
    script === undefined ? HEADERS : { ...HEADERS, 'Content-Security-Policy': SCRIPT_POLICY },
  );
}

function brand({ branding: { logo, name }, base }: PageContext): Markup {
  return logo === null ? html`${name}` : html`<img src="${base}${LOGO_PATH}" alt="${name}">`;
}
