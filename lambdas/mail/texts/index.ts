import type { Language } from '../../pages/languages.ts';
import { de } from './de.ts';
import { en, type Texts } from './en.ts';

/** The texts of the mails by language: those that pages have. */
export const MAIL_TEXTS: Readonly<Record<Language, Texts>> = { en, de };
