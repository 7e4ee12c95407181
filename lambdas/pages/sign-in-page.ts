import type { Html } from '../kernel/results.ts';
import { alert, CSRF_FIELD, hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';

export interface SignInPage {
  readonly csrf: string;
  /** The path to go on to, and the language that was asked for, which the form carries along. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The address to begin with. */
  readonly email: string;
  /** What was wrong with the attempt before. */
  readonly fault?: 'wrong' | 'suspended' | 'expired';
  /** Whether there is a way in by passkey. @default false */
  readonly offersPasskeys?: boolean;
  /** Who is signed in already, where they are asked again. */
  readonly signedInAs?: string;
}

/** Asks for address and password. Posts to `/sign-in`. */
export function signInPage(context: PageContext, content: SignInPage): Html {
  const { signIn: texts } = textsOf(context);
  const { csrf, parameters, email, fault, offersPasskeys = false, signedInAs } = content;
  const invalid = fault === 'wrong' ? html` aria-invalid="true"` : null;
  // Whose address is known goes on with the password.
  const [emailFocus, passwordFocus] = email === '' ? [html` autofocus`, null] : [null, html` autofocus`];
  return page(context, {
    title: texts.title,
    lead: signedInAs === undefined ? texts.lead(context.branding.name) : texts.signedInAs(signedInAs),
    body: html`<form method="post" action="${context.base}/sign-in">
${alert(fault && texts[fault])}${hiddenFields({ ...parameters, [CSRF_FIELD]: csrf })}<label for="email">${texts.email}</label>
<input id="email" name="email" type="email" value="${email}" maxlength="254" required autocomplete="username"${emailFocus}${invalid}>
<label for="password">${texts.password}</label>
<input id="password" name="password" type="password" maxlength="256" required autocomplete="current-password"${passwordFocus}${invalid}>
<div class="actions"><button>${texts.submit}</button></div>
</form>${offersPasskeys ? passkeyWay(context, content) : null}`,
  });
}

/** The way in without a password. */
function passkeyWay(context: PageContext, { csrf, parameters }: SignInPage): Markup {
  const { signIn: texts } = textsOf(context);
  return html`
<form method="post" action="${context.base}/factor" class="others">
${hiddenFields({ ...parameters, [CSRF_FIELD]: csrf, alone: 'true' })}<div class="actions"><button name="way" value="passkey" class="quiet">${texts.passkey}</button></div>
</form>`;
}

/** Tells who is signed in, with a way out. Posts to `/sign-out`. */
export function signedInPage(
  context: PageContext,
  { email, csrf }: { readonly email: string; readonly csrf: string },
): Html {
  const { signedIn, signOut } = textsOf(context);
  return page(context, {
    title: signedIn.title,
    lead: signedIn.lead(email),
    body: html`<p>${signedIn.text}</p>
<p><a href="${context.base}/factors">${signedIn.factors}</a></p>
<form method="post" action="${context.base}/sign-out">
${hiddenFields({ [CSRF_FIELD]: csrf })}<div class="actions"><button class="quiet">${signOut.submit}</button></div>
</form>`,
  });
}

/** Asks whether to sign out, as a link of another site may have led here. */
export function signOutPage(context: PageContext, { csrf }: { readonly csrf: string }): Html {
  const { signOut: texts } = textsOf(context);
  return page(context, {
    title: texts.title,
    body: html`<p>${texts.text}</p>
<form method="post" action="${context.base}/sign-out">
${hiddenFields({ [CSRF_FIELD]: csrf })}<div class="actions"><button>${texts.submit}</button></div>
</form>`,
  });
}

export function signedOutPage(context: PageContext): Html {
  const { signOut: texts } = textsOf(context);
  return page(context, {
    title: texts.doneTitle,
    body: html`<p>${texts.doneText}</p>
<p class="aside"><a href="${context.base}/sign-in">${texts.again}</a></p>`,
  });
}
