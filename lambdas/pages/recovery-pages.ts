import type { Html } from '../kernel/results.ts';
import { alert, hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';
import { CONFIRM_PATH, RESET_PASSWORD_PATH } from './paths.ts';
import type { Carried } from './visit.ts';

/** What somebody asks for by their address alone: a new password, or the mail by which they confirm it. */
export type AskedFor = 'reset' | 'verify';

const PATHS = { reset: RESET_PASSWORD_PATH, verify: CONFIRM_PATH } as const;

/** Asks for the address to which a link goes. Posts `email`. */
export function askForMailPage(
  context: PageContext,
  {
    kind,
    email = '',
    fault = false,
    parameters,
  }: {
    readonly kind: AskedFor;
    readonly email?: string;
    /** Whether what was entered is no address. */
    readonly fault?: boolean;
    readonly parameters: Carried;
  },
): Html {
  const { recovery, signIn } = textsOf(context);
  const texts = recovery[kind];
  const invalid = fault ? html` aria-invalid="true"` : null;
  return page(context, {
    title: texts.askTitle,
    body: html`<p>${texts.askText}</p>
<form method="post" action="${context.base}${PATHS[kind]}">
${alert(fault ? recovery.noAddress : undefined)}${hiddenFields(parameters)}<label for="email">${signIn.email}</label>
<input id="email" name="email" type="email" value="${email}" maxlength="254" required autofocus autocomplete="username"${invalid}>
<div class="actions"><button>${texts.askSubmit}</button></div>
</form>
${toSignIn(context)}`,
  });
}

/** Says the same for every address: whether it has an account is not told. */
export function mailOnItsWayPage(context: PageContext, kind: AskedFor): Html {
  const { recovery } = textsOf(context);
  return page(context, {
    title: recovery.onItsWayTitle,
    body: html`<p>${recovery[kind].onItsWay}</p>
<p>${recovery.onItsWayText}</p>
<p class="aside"><a href="${context.base}${PATHS[kind]}">${recovery.again}</a></p>`,
  });
}

/** Asks for the new password of who has the link. Posts `link` and `password`. */
export function newPasswordPage(
  context: PageContext,
  {
    token,
    email,
    fault,
    parameters,
  }: {
    readonly token: string;
    readonly email: string;
    readonly fault?: 'short' | 'weak';
    readonly parameters: Carried;
  },
): Html {
  const { recovery } = textsOf(context);
  const invalid = fault === undefined ? null : html` aria-invalid="true"`;
  return page(context, {
    title: recovery.newTitle,
    lead: email,
    body: html`<form method="post" action="${context.base}${RESET_PASSWORD_PATH}">
${alert(fault && recovery[fault])}${hiddenFields({ ...parameters, link: token })}<input type="hidden" name="username" value="${email}" autocomplete="username">
<label for="password">${recovery.newPassword}</label>
<input id="password" name="password" type="password" minlength="8" maxlength="256" required autofocus autocomplete="new-password" aria-describedby="hint"${invalid}>
<p class="lead" id="hint">${recovery.newHint}</p>
<div class="actions"><button>${recovery.newSubmit}</button></div>
</form>`,
  });
}

/** Asks whether to do what a link is for that takes nothing but a button. Posts `link`. */
export function confirmPage(
  context: PageContext,
  {
    kind,
    email,
    token,
    parameters,
  }: {
    readonly kind: 'verify' | 'address' | 'undo';
    /** The address that it is about. */
    readonly email: string;
    readonly token: string;
    readonly parameters: Carried;
  },
): Html {
  const { recovery } = textsOf(context);
  const texts = recovery.confirm[kind];
  return page(context, {
    title: texts.title,
    lead: email,
    body: html`<p>${texts.text}</p>
<form method="post" action="${context.base}${CONFIRM_PATH}">
${hiddenFields({ ...parameters, link: token })}<div class="actions"><button autofocus>${texts.submit}</button></div>
</form>`,
  });
}

/** What a link has done. */
export function recoveredPage(
  context: PageContext,
  { kind, email }: { readonly kind: 'reset' | 'verify' | 'address' | 'undo'; readonly email?: string },
): Html {
  const { recovery } = textsOf(context);
  const { doneTitle, doneText } = recovery.done[kind];
  return page(context, {
    title: doneTitle,
    ...(email === undefined ? {} : { lead: email }),
    body: html`<p>${doneText}</p>
${kind === 'undo' ? null : toSignIn(context)}`,
  });
}

/** For a link that is used, expired or taken back; why is not known. Says where another comes from. */
export function deadLinkPage(
  context: PageContext,
  { kind, taken = false }: { readonly kind: AskedFor; readonly taken?: boolean },
): Html {
  const { recovery } = textsOf(context);
  return page(context, {
    title: taken ? recovery.takenTitle : recovery.deadTitle,
    body: taken
      ? html`<p>${recovery.takenText}</p>`
      : html`<p>${recovery.deadText}</p>
<div class="actions"><a class="button" href="${context.base}${PATHS[kind]}">${recovery.another}</a></div>`,
  });
}

function toSignIn(context: PageContext): Markup {
  const { recovery } = textsOf(context);
  return html`<p class="aside"><a href="${context.base}/sign-in">${recovery.signIn}</a></p>`;
}
