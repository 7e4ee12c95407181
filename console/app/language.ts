import { createContext, use } from 'react';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;

export type Language = keyof typeof LANGUAGES;

/** The texts of a screen in each language: German has all that English has. */
export interface Texts<Words> {
  readonly en: Words;
  readonly de: Words;
}

/** Texts in both languages, with the types of the English ones. */
export function inLanguages<Words extends object>(en: Words, de: NoInfer<Words>): Texts<Words> {
  return { en, de };
}

const STORED = 'latchkey-console-language';

/** The language that was chosen, else the best of the browser's that there is. */
export function firstLanguage(): Language {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages].map((each) => each?.slice(0, 2));
  return wanted.find((each): each is Language => each !== undefined && each in LANGUAGES) ?? 'en';
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(STORED, language);
}

export const LanguageContext = createContext<{
  readonly language: Language;
  readonly change: (language: Language) => void;
}>({ language: 'en', change: () => undefined });

/** The texts in the reader's language. */
export function useTexts<Words>(texts: Texts<Words>): Words {
  return texts[use(LanguageContext).language];
}

export function useLanguage(): Language {
  return use(LanguageContext).language;
}

/** How numbers and times are written for the reader. */
export function useFormats() {
  const language = useLanguage();
  return formats(language);
}

const made = new Map<Language, ReturnType<typeof makeFormats>>();

/** Kept, as making one takes longer than a row of a table. */
function formats(language: Language) {
  const present = made.get(language) ?? makeFormats(language);
  made.set(language, present);
  return present;
}

const STEPS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

function makeFormats(language: Language) {
  const number = new Intl.NumberFormat(language);
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const shortDate = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return {
    number: (value: number) => number.format(value),
    compact: (value: number) => compact.format(value),
    date: (value: string | Date) => date.format(new Date(value)),
    /** A day of UTC, without its year. */
    shortDate: (value: string | Date) => shortDate.format(new Date(value)),
    dateTime: (value: string | Date) => dateTime.format(new Date(value)),
    /** Such as `3 days ago`. */
    relative: (value: string | Date, now = Date.now()) => {
      const seconds = Math.trunc((new Date(value).getTime() - now) / 1000);
      const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
      return relative.format(Math.trunc(seconds / size), unit);
    },
  };
}
