import type { Html } from '../kernel/results.ts';
import { alert, hiddenFields } from './form.ts';
import { html } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';
import { INVITATION_PATH, withQuery } from './paths.ts';

export interface InvitationPage {
  /** The link's text, which the form carries along. */
  readonly token: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tenantName: string;
  readonly email: string;
  readonly fullName: string;
  /** The provider by which the person signs in instead of by a password; null for a password. */
  readonly provider: string | null;
  readonly fault?: 'noName' | 'short' | 'weak';
}

/** Asks who is invited for a name and a password. Posts `link`, `full_name` and `password`. */
export function invitationPage(context: PageContext, content: InvitationPage): Html {
  const { invitation: texts } = textsOf(context);
  const { token, parameters, tenantName, email, fullName, provider, fault } = content;
  const invalidName = fault === 'noName' ? html` aria-invalid="true"` : null;
  const invalidPassword = fault === 'short' || fault === 'weak' ? html` aria-invalid="true"` : null;
  const [nameFocus, passwordFocus] =
    invalidPassword === null ? [html` autofocus`, null] : [null, html` autofocus`];
  const password =
    provider === null
      ? html`<label for="password">${texts.password}</label>
<input id="password" name="password" type="password" minlength="8" maxlength="256" required autocomplete="new-password" aria-describedby="hint"${passwordFocus}${invalidPassword}>
<p class="lead" id="hint">${texts.hint}</p>
`
      : html`<p class="aside">${texts.provider(provider)}</p>\n`;
  return page(context, {
    title: texts.title(tenantName),
    lead: texts.lead(context.branding.name),
    body: html`<form method="post" action="${context.base}${INVITATION_PATH}">
${alert(fault && texts[fault])}${hiddenFields({ ...parameters, link: token })}<dl class="facts">
<div><dt>${texts.email}</dt><dd>${email}</dd></div>
</dl>
<input type="hidden" name="username" value="${email}" autocomplete="username">
<label for="full_name">${texts.name}</label>
<input id="full_name" name="full_name" value="${fullName}" maxlength="100" required autocomplete="name"${nameFocus}${invalidName}>
${password}<div class="actions"><button>${texts.submit}</button></div>
</form>`,
  });
}

/** What has become of an invitation, where there is no form for it. */
export type InvitationOutcome = 'accepted' | 'dead' | 'taken' | 'full' | 'suspended';

export function invitationDonePage(
  context: PageContext,
  { outcome, email }: { readonly outcome: InvitationOutcome; readonly email?: string },
): Html {
  const { invitation: texts } = textsOf(context);
  const { title, text } = texts.outcomes[outcome];
  const leads = outcome === 'accepted' || outcome === 'taken';
  const signIn = withQuery('/sign-in', email === undefined ? {} : { login_hint: email });
  return page(context, {
    title,
    body: html`<p>${text}</p>
${leads ? html`<div class="actions"><a class="button" href="${context.base}${signIn}">${texts.signIn}</a></div>` : null}`,
  });
}
