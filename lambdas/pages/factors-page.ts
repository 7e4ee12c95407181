import type { Html } from '../kernel/results.ts';
import { alert, CSRF_FIELD, hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';
import { passkeyForm } from './passkey-form.ts';
import { FACTORS_PATH, PASSKEY_SCRIPT_PATH, withQuery } from './paths.ts';

/** What every form of these pages carries along. */
export interface FactorForm {
  readonly csrf: string;
  /** Where to go on to afterwards, and the language, as on the sign-in page. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface FactorsPage extends FactorForm {
  /** Whether it is part of a sign-in, which goes on once a factor is set up. */
  readonly isRequired: boolean;
  readonly email: string;
  /** When the app was set up; null for none. Times as people read them. */
  readonly app: ListedFactor | null;
  readonly passkeys: readonly ListedFactor[];
  readonly recoveryCodesLeft: number;
  /** Whether passkeys are offered, and can be added still. */
  readonly offersPasskeys: boolean;
  readonly fault?: string;
}

export interface ListedFactor {
  readonly id: string;
  readonly name: string;
  readonly added: string;
  /** Null before the first use. */
  readonly used: string | null;
  /** Of a passkey. */
  readonly isBackedUp?: boolean;
}

/** The second factors of a person, and what can be done about them. Posts `step` to `/factors`. */
export function factorsPage(context: PageContext, content: FactorsPage): Html {
  const { factors: texts } = textsOf(context);
  const { isRequired, email, app, passkeys, recoveryCodesLeft, offersPasskeys, parameters, fault } = content;
  const has = app !== null || passkeys.length > 0;
  return page(context, {
    title: isRequired ? texts.requiredTitle : texts.title,
    lead: isRequired ? texts.requiredLead : texts.lead(email),
    body: html`${alert(fault)}${has ? listed(context, content) : html`<p>${texts.none}</p>\n`}
<div class="actions">
${stepForm(context, content, { step: 'app' }, { label: app === null ? texts.addApp : texts.replaceApp, kind: has ? 'quiet' : '' })}${offersPasskeys ? stepForm(context, content, { step: 'passkey' }, { label: texts.addPasskey, kind: 'quiet' }) : null}</div>
${has ? recovery(context, content, recoveryCodesLeft) : null}${
  !isRequired && parameters.continue
    ? html`<p class="aside"><a href="${context.base}${parameters.continue}">${texts.back}</a></p>
`
    : null
}`,
  });
}

function listed(context: PageContext, content: FactorsPage): Markup {
  const { factors: texts } = textsOf(context);
  const { app, passkeys } = content;
  const all = [...(app === null ? [] : [{ ...app, name: texts.app }]), ...passkeys];
  const items = all.map(
    (each) => html`<li>
<div><strong>${each.name}</strong><br><small>${each.used === null ? texts.added(each.added) : texts.used(each.used)}${each.isBackedUp === true ? html` · ${texts.backedUp}` : null}</small></div>
${stepForm(context, content, { step: 'remove', id: each.id }, { label: texts.remove, kind: 'quiet small', name: texts.removeNamed(each.name) })}</li>
`,
  );
  return html`<ul class="items">
${items}</ul>
`;
}

function recovery(context: PageContext, content: FactorForm, left: number): Markup {
  const { factors: texts } = textsOf(context);
  return html`<h2>${texts.recoveryTitle}</h2>
<p class="hint">${texts.recoveryLeft(left)}</p>
<div class="actions">${stepForm(context, content, { step: 'codes' }, { label: texts.renewCodes, kind: 'quiet' })}</div>
`;
}

/** A button of its own form: what it says, how it looks, and its name where the text does not tell things apart. */
interface StepButton {
  readonly label: string;
  readonly kind: string;
  readonly name?: string;
}

function stepForm(
  context: PageContext,
  { csrf, parameters }: FactorForm,
  fields: Readonly<Record<string, string>>,
  { label, kind, name }: StepButton,
): Markup {
  return html`<form method="post" action="${context.base}${FACTORS_PATH}">
${hiddenFields({ ...parameters, [CSRF_FIELD]: csrf, ...fields })}<button class="${kind}"${name === undefined ? null : html` aria-label="${name}"`}>${label}</button>
</form>
`;
}

/** Shows the secret of an app, as a QR code and to be typed, and asks for the first code. */
export function appSetupPage(
  context: PageContext,
  content: FactorForm & { readonly qrCode: Markup; readonly secret: string; readonly fault?: 'wrong' },
): Html {
  const { factors: texts, factor } = textsOf(context);
  const { csrf, parameters, qrCode, secret, fault } = content;
  const invalid = fault === undefined ? null : html` aria-invalid="true"`;
  return page(context, {
    title: texts.appTitle,
    lead: texts.appLead,
    body: html`<div class="qr">${qrCode}</div>
<details><summary>${texts.cannotScan}</summary>
<p>${texts.typeSecret}</p>
<p><code class="secret">${(secret.match(/.{1,4}/g) ?? []).join(' ')}</code></p></details>
<form method="post" action="${context.base}${FACTORS_PATH}">
${alert(fault === undefined ? undefined : factor.wrongCode)}${hiddenFields({ ...parameters, [CSRF_FIELD]: csrf, step: 'confirm' })}<label for="code">${texts.firstCode}</label>
<input id="code" name="code" class="code" inputmode="numeric" maxlength="7" required autofocus autocomplete="one-time-code"${invalid}>
<div class="actions"><button>${texts.confirm}</button>${backLink(context, parameters, texts.cancel)}</div>
</form>`,
  });
}

/** Asks the browser for a new passkey. Posts `credential` and `name`. */
export function passkeySetupPage(
  context: PageContext,
  content: FactorForm & { readonly options: object; readonly fault?: 'wrong' },
): Html {
  const { factors: texts, factor } = textsOf(context);
  const { csrf, parameters, options, fault } = content;
  return page(context, {
    title: texts.passkeyTitle,
    lead: texts.passkeyLead,
    script: PASSKEY_SCRIPT_PATH,
    body: html`${alert(fault === undefined ? undefined : factor.wrongPasskey)}${passkeyForm(context, {
      ceremony: 'create',
      options,
      action: FACTORS_PATH,
      fields: { ...parameters, [CSRF_FIELD]: csrf, step: 'register' },
      submit: texts.makePasskey,
      before: html`<label for="name">${texts.name}</label>
<input id="name" name="name" maxlength="60" required autofocus value="${texts.nameExample}" autocomplete="off">
`,
    })}<div class="actions">${backLink(context, parameters, texts.cancel)}</div>`,
  });
}

/** Shows recovery codes, once, with the way on. */
export function recoveryCodesPage(
  context: PageContext,
  { codes, goesTo }: { readonly codes: readonly string[]; readonly goesTo: string },
): Html {
  const { factors: texts } = textsOf(context);
  const items = codes.map((code) => html`<li><code>${code}</code></li>\n`);
  return page(context, {
    title: texts.codesTitle,
    lead: texts.codesLead,
    body: html`<ol class="codes">
${items}</ol>
<p class="warning">${texts.codesWarning}</p>
<div class="actions"><a class="button" href="${context.base}${goesTo}">${texts.codesSaved}</a></div>`,
  });
}

function backLink(context: PageContext, parameters: Readonly<Record<string, string>>, label: string): Markup {
  return html`<a class="button quiet" href="${context.base}${withQuery(FACTORS_PATH, parameters)}">${label}</a>`;
}
