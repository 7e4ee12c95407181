import { OPERATORS_TENANT } from '../contract/operators.ts';
import { ACCOUNT_PATH } from '../pages/account-page.ts';
import { html, type Markup } from '../pages/html.ts';
import { type PageContext, textsOf } from '../pages/page.ts';
import { FACTORS_PATH, RESET_PASSWORD_PATH } from '../pages/paths.ts';
import type { AccountSection } from '../signin/account-section.ts';
import { type ClosingContext, managesPeople } from './closing.ts';

/** The path of the file with all that is stored of a person. */
export const DOWNLOAD_PATH = `${ACCOUNT_PATH}/download`;

/** The ways to the password and to the second factor. */
export const securitySection: AccountSection<unknown> = async ({ context }) => {
  const { security: texts } = textsOf(context).account;
  return {
    id: 'security',
    heading: texts.heading,
    body: html`<p>${texts.text}</p>
${way(context, FACTORS_PATH, texts.factors)}${way(context, RESET_PASSWORD_PATH, texts.password)}`,
  };
};

/** What is stored of the person, to take along. */
export const dataSection: AccountSection<unknown> = async ({ context }) => {
  const { data: texts } = textsOf(context).account;
  return {
    id: 'data',
    heading: texts.heading,
    body: html`<p>${texts.text}</p>
${way(context, DOWNLOAD_PATH, texts.download)}`,
  };
};

/** The way to the question whether to delete the account, which no operator does. */
export const deletionSection: AccountSection<unknown> = async ({ context, signedIn: { tenantId } }) => {
  if (tenantId === OPERATORS_TENANT) return null;
  const { deletion: texts } = textsOf(context).account;
  return {
    id: 'deletion',
    heading: texts.heading,
    body: html`<p>${texts.text}</p>
${way(context, `${ACCOUNT_PATH}?view=delete`, texts.link)}`,
  };
};

export interface ClosingSectionServices {
  readonly closing: Pick<ClosingContext, 'deployment'>;
}

/** The way to the question whether to close the tenant, for those who may. */
export const closingSection: AccountSection<ClosingSectionServices> = async (
  { context, signedIn: { role } },
  { closing },
) => {
  if (!managesPeople({ role }, closing)) return null;
  const { closing: texts } = textsOf(context).account;
  return {
    id: 'closing',
    heading: texts.heading,
    body: html`<p>${texts.text}</p>
${way(context, `${ACCOUNT_PATH}?view=close`, texts.link)}`,
  };
};

function way({ base }: PageContext, path: string, label: string): Markup {
  return html`<div class="way"><a class="button quiet" href="${base}${path}">${label}</a></div>\n`;
}
