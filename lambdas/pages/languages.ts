import { de } from './texts/de.ts';
import { en, type Texts } from './texts/en.ts';

/** The texts by their language (BCP 47), the one for everybody else first. */
export const LANGUAGES = { en, de } satisfies Readonly<Record<string, Texts>>;

export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_NAMES = Object.keys(LANGUAGES) as [Language, ...Language[]];

/**
 * The language of a page: the first that there is of `ui_locales` (OpenID Connect Core, 3.1.2.1: tags separated by
 * blanks, best first), else of `Accept-Language` by its weights (RFC 9110, 12.5.4), else English.
 */
export function chooseLanguage(uiLocales: string | undefined, acceptLanguage: string): Language {
  const wanted = [...(uiLocales ?? '').split(/\s+/), ...byWeight(acceptLanguage)];
  return wanted.map(languageOf).find((language) => language !== undefined) ?? 'en';
}

/** RFC 4647, 3.4: what is more exact than we know, such as `de-AT`, is taken for what we know of it. */
function languageOf(tag: string): Language | undefined {
  const primary = tag.toLowerCase().split('-', 1)[0] ?? '';
  return Object.hasOwn(LANGUAGES, primary) ? (primary as Language) : undefined;
}

function byWeight(header: string): string[] {
  return header
    .slice(0, 256)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.trim().split(/\s*;\s*/);
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
}
