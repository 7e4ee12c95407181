import type { ShownSection } from '../pages/account-page.ts';
import type { AccountSection, AccountVisit } from '../signin/account-section.ts';
import { appSection } from './app-section.ts';
import { closingSection, dataSection, deletionSection, securitySection } from './end-sections.ts';
import { sessionSection } from './session-section.ts';

/** The sections of the page, in their order. A room's own is a line here, and its services come from the types. */
const SECTIONS = [
  sessionSection,
  appSection,
  securitySection,
  dataSection,
  deletionSection,
  closingSection,
] as const;

/** All that the sections are given. */
export type SectionServices = Together<typeof SECTIONS>;

type Together<Sections extends readonly unknown[]> = Sections extends readonly [
  AccountSection<infer Services>,
  ...infer Rest,
]
  ? Services & Together<Rest>
  : unknown;

/** What the page shows to a person. */
export async function shownSections(
  visit: AccountVisit,
  services: SectionServices,
): Promise<readonly ShownSection[]> {
  const shown = await Promise.all(SECTIONS.map((section) => section(visit, services)));
  return shown.filter((section) => section !== null);
}
