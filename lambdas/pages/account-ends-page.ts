import type { Html } from '../kernel/results.ts';
import { ACCOUNT_PATH, accountButton } from './account-page.ts';
import { alert, CSRF_FIELD, hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';

/** Asks whether to delete the account. */
export function deletionPage(
  context: PageContext,
  {
    email,
    csrf,
    fault,
  }: { readonly email: string; readonly csrf: string; readonly fault?: 'last' | 'operator' | undefined },
): Html {
  const { deletion: texts } = textsOf(context).account;
  return page(context, {
    title: texts.title,
    lead: email,
    body: html`${alert(fault && texts[fault])}${consequences(texts.consequences)}<form method="post" action="${context.base}${ACCOUNT_PATH}">
${hiddenFields({ action: 'delete', [CSRF_FIELD]: csrf })}<div class="actions"><button class="danger">${texts.submit}</button></div>
</form>
${back(context)}`,
  });
}

export function deletedPage(context: PageContext): Html {
  const { deletion: texts } = textsOf(context).account;
  return page(context, { title: texts.doneTitle, body: html`<p>${texts.doneText}</p>` });
}

export interface ClosingPage {
  readonly organization: string;
  readonly csrf: string;
  readonly fault?: 'wrongName' | 'others' | undefined;
}

/** Asks whether to close the organization, whose name has to be typed. */
export function closingPage(context: PageContext, { organization, csrf, fault }: ClosingPage): Html {
  const { closing: texts } = textsOf(context).account;
  const invalid = fault === 'wrongName' ? html` aria-invalid="true"` : null;
  return page(context, {
    title: texts.title(organization),
    body: html`${alert(fault && texts[fault])}${consequences(texts.consequences)}<form method="post" action="${context.base}${ACCOUNT_PATH}">
${hiddenFields({ action: 'close', [CSRF_FIELD]: csrf })}<label for="organization">${texts.name(organization)}</label>
<input id="organization" name="organization" maxlength="100" required autocomplete="off"${invalid}>
<div class="actions"><button class="danger">${texts.submit}</button></div>
</form>
${back(context)}`,
  });
}

export interface ClosedPage {
  readonly organization: string;
  /** Until when it can be reopened, as people write a day. */
  readonly until: string;
  readonly csrf: string;
  readonly fault?: 'tooLate' | undefined;
}

/** Tells that the organization is closed, with the way back while there is one. */
export function closedPage(context: PageContext, { organization, until, csrf, fault }: ClosedPage): Html {
  const { account: texts } = textsOf(context);
  const { closed } = texts;
  const fields = { action: 'reopen' };
  const wayBack = html`<p>${closed.until(until)}</p>
<div class="actions">${accountButton(context, { csrf, fields, label: closed.submit, kind: 'primary' })}</div>
`;
  return page(context, {
    title: closed.title(organization),
    body: html`${alert(fault && closed[fault])}<p>${closed.text}</p>
${fault === undefined ? wayBack : null}<p class="aside"><a href="${context.base}/sign-out">${texts.signOut}</a></p>`,
  });
}

function consequences(lines: readonly string[]): Markup {
  return html`<ul class="consequences">
${lines.map((line) => html`<li>${line}</li>\n`)}</ul>
`;
}

function back(context: PageContext): Markup {
  const { account: texts } = textsOf(context);
  return html`<p class="aside"><a href="${context.base}${ACCOUNT_PATH}">${texts.back}</a></p>`;
}
