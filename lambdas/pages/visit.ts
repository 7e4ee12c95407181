import * as z from 'zod';
import { type PageContext, type PageSettings, pageContext } from './page.ts';

/** The language that a page is asked for in, in queries and in forms. */
export const uiLocales = z
  .string()
  .max(256)
  .optional()
  .describe('Languages, best first (OpenID Connect Core, 3.1.2.1).');

/** A request by which the language was asked for, or was not. */
export interface AskedLanguage {
  readonly ui_locales?: string | undefined;
}

/** Fields that the forms of a page carry along, and its links. */
export type Carried = Readonly<Record<string, string>>;

/** What a page reads of a request. */
export interface PageVisit {
  readonly context: PageContext;
  /** What its forms carry along: the language that was asked for. */
  readonly parameters: Carried;
}

export function pageVisit(
  asked: AskedLanguage,
  request: { readonly acceptLanguage: string },
  pages: PageSettings,
): PageVisit {
  return {
    context: pageContext(pages, request, asked.ui_locales),
    parameters: carriedLanguage(asked),
  };
}

/** The language as forms carry it along; that of the browser needs no field. */
export function carriedLanguage({ ui_locales }: AskedLanguage): Carried {
  return ui_locales === undefined ? {} : { ui_locales };
}
