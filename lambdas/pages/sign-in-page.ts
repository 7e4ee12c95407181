import type { Html } from '../kernel/results.ts';
import { alert, CSRF_FIELD, hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';
import { CONFIRM_PATH, FACTORS_PATH, RESET_PASSWORD_PATH, withQuery } from './paths.ts';

/** An identity provider, as people know it. */
export interface ShownProvider {
  readonly id: string;
  readonly label: string;
}

/** What was wrong with an attempt to sign in: here, or with the provider of this label. */
export type SignInFault =
  | 'wrong'
  | 'suspended'
  | 'unverified'
  | 'expired'
  | { readonly provider: string; readonly what: 'cancelled' | 'providerDown' | 'providerRefused' };

export interface SignInPage {
  readonly csrf: string;
  /** The path to go on to, and the language that was asked for, which the form carries along. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The address to begin with. */
  readonly email: string;
  /** The identity providers to choose from. */
  readonly providers: readonly ShownProvider[];
  /** What was wrong with the attempt before. */
  readonly fault?: SignInFault;
  /** Whether there is a way in by passkey. @default false */
  readonly offersPasskeys?: boolean;
  /** Who is signed in already, where they are asked again. */
  readonly signedInAs?: string;
}

/** Asks for address and password, or for a provider. Posts to `/sign-in`, or to the path of a provider below it. */
export function signInPage(context: PageContext, content: SignInPage): Html {
  const { signIn: texts } = textsOf(context);
  const { csrf, parameters, email, providers, fault, offersPasskeys = false, signedInAs } = content;
  const invalid = fault === 'wrong' ? html` aria-invalid="true"` : null;
  // Whose address is known goes on with the password.
  const [emailFocus, passwordFocus] = email === '' ? [html` autofocus`, null] : [null, html` autofocus`];
  return page(context, {
    title: texts.title,
    lead: signedInAs === undefined ? texts.lead(context.branding.name) : texts.signedInAs(signedInAs),
    body: html`<form method="post" action="${context.base}/sign-in">
${alert(toldOf(fault, texts))}${hiddenFields({ ...parameters, [CSRF_FIELD]: csrf })}<label for="email">${texts.email}</label>
<input id="email" name="email" type="email" value="${email}" maxlength="254" required autocomplete="username"${emailFocus}${invalid}>
<label for="password">${texts.password}</label>
<input id="password" name="password" type="password" maxlength="256" required autocomplete="current-password"${passwordFocus}${invalid}>
<div class="actions"><button>${texts.submit}</button></div>
</form>
<p class="aside">${
      fault === 'unverified'
        ? html`<a href="${context.base}${CONFIRM_PATH}">${texts.resend}</a>`
        : html`<a href="${context.base}${RESET_PASSWORD_PATH}">${texts.forgot}</a>`
    }</p>
${offersPasskeys ? passkeyForm(context, { ...parameters, [CSRF_FIELD]: csrf }) : null}${providers.length === 0 ? null : html`<p class="or">${texts.or}</p>\n`}${providers.map((provider) => providerForm(context, provider, { ...parameters, [CSRF_FIELD]: csrf }, 'quiet'))}`,
  });
}

/** Sends who has an address of a provider's domain to that provider. Posts to its path below `/sign-in`. */
export function providerRequiredPage(
  context: PageContext,
  {
    csrf,
    parameters,
    email,
    provider,
  }: Pick<SignInPage, 'csrf' | 'parameters' | 'email'> & { readonly provider: ShownProvider },
): Html {
  const { signIn: texts } = textsOf(context);
  return page(context, {
    title: texts.with(provider.label),
    lead: texts.required(email.slice(email.lastIndexOf('@') + 1), provider.label),
    body: html`${providerForm(context, provider, { ...parameters, login_hint: email, [CSRF_FIELD]: csrf }, 'primary')}
<p class="aside"><a href="${context.base}${withQuery('/sign-in', parameters)}">${texts.anotherAddress}</a></p>`,
  });
}

/** The way in without a password. */
function passkeyForm(context: PageContext, fields: Readonly<Record<string, string>>): Markup {
  const { signIn: texts } = textsOf(context);
  return html`<form method="post" action="${context.base}/factor" class="others">
${hiddenFields({ ...fields, alone: 'true' })}<div class="actions"><button name="way" value="passkey" class="quiet">${texts.passkey}</button></div>
</form>
`;
}

/** A provider's button: a form of its own, so that none of the page's fields goes to it. */
function providerForm(
  context: PageContext,
  { id, label }: ShownProvider,
  fields: Readonly<Record<string, string>>,
  look: 'quiet' | 'primary',
): Markup {
  const button = textsOf(context).signIn.continueWith(label);
  return html`<form method="post" action="${context.base}/sign-in/${id}" class="actions">
${hiddenFields(fields)}${look === 'quiet' ? html`<button class="quiet">${button}</button>` : html`<button autofocus>${button}</button>`}
</form>
`;
}

function toldOf(
  fault: SignInFault | undefined,
  texts: ReturnType<typeof textsOf>['signIn'],
): string | undefined {
  return typeof fault === 'object' ? texts[fault.what](fault.provider) : fault && texts[fault];
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
<p><a href="${context.base}${FACTORS_PATH}">${signedIn.factors}</a></p>
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
