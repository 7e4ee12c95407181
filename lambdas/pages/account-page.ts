import type { Html } from '../kernel/results.ts';
import { CSRF_FIELD, hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';

/** The path of the page on which people look after their own account, and to which its forms post. */
export const ACCOUNT_PATH = '/account';

/** A part of the page of the own account. */
export interface ShownSection {
  /** Of its heading, by which links lead to it. */
  readonly id: string;
  readonly heading: string;
  readonly body: Markup;
}

export interface AccountPage {
  readonly email: string;
  readonly organization: string;
  /** What has just been done. */
  readonly notice?: string | undefined;
  readonly sections: readonly ShownSection[];
}

/** The person's own account, a section after the other. */
export function accountPage(context: PageContext, content: AccountPage): Html {
  const { account: texts } = textsOf(context);
  const { email, organization, notice, sections } = content;
  return page(context, {
    title: texts.title,
    lead: texts.lead(email, organization),
    wide: true,
    body: html`${notice === undefined ? null : html`<p class="notice" role="status">${notice}</p>\n`}${sections.map(section)}<p class="aside"><a href="${context.base}/sign-out">${texts.signOut}</a></p>`,
  });
}

function section({ id, heading, body }: ShownSection): Markup {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${heading}</h2>
${body}</section>
`;
}

/** A button of the page, with the fields that say what it does. */
export interface AccountButton {
  readonly csrf: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly label: string;
  /** What a screen reader says, where several buttons have the same label. @default - the label */
  readonly name?: string;
  /** @default quiet */
  readonly kind?: 'quiet' | 'primary';
}

/** A form of one button, which posts to the page. */
export function accountButton(context: PageContext, button: AccountButton): Markup {
  const { csrf, fields, label, name, kind = 'quiet' } = button;
  const spoken = name === undefined ? null : html` aria-label="${name}"`;
  return html`<form method="post" action="${context.base}${ACCOUNT_PATH}">
${hiddenFields({ ...fields, [CSRF_FIELD]: csrf })}<button${kind === 'quiet' ? html` class="quiet"` : null}${spoken}>${label}</button>
</form>
`;
}

/** A thing of a list, with what can be done to it. */
export interface ListedItem {
  readonly title: string;
  /** Lines below the title. */
  readonly lines: readonly Markup[];
  readonly button: Markup | null;
}

export function itemList(items: readonly ListedItem[]): Markup {
  const listed = items.map(
    ({ title, lines, button }) =>
      html`<li><div><strong>${title}</strong>${lines.map((line) => html`<small>${line}</small>`)}</div>
${button}</li>
`,
  );
  return html`<ul class="items">
${listed}</ul>
`;
}

/** A time as people read it, in UTC: pages run no script that knows another zone. `at` is in Unix seconds. */
export function shownTime(context: PageContext, at: number): Markup {
  const time = new Date(at * 1000);
  const written = new Intl.DateTimeFormat(context.language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(time);
  const { account: texts } = textsOf(context);
  return html`<time datetime="${time.toISOString()}">${texts.utc(written)}</time>`;
}
