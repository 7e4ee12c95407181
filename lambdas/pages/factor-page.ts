import type { Html } from '../kernel/results.ts';
import { alert, CSRF_FIELD, hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';
import { passkeyForm } from './passkey-form.ts';
import { PASSKEY_SCRIPT_PATH, withQuery } from './paths.ts';

export interface FactorPage {
  readonly csrf: string;
  /** As on the sign-in page. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What was wrong with the attempt before. */
  readonly fault?: 'wrong';
  /** What else this person could prove. */
  readonly others: readonly ('code' | 'passkey')[];
}

/** Asks for the code of an app, or for a recovery code. Posts `code` to `/factor`. */
export function codePage(context: PageContext, content: FactorPage & { readonly hasApp: boolean }): Html {
  const { factor: texts } = textsOf(context);
  const { csrf, parameters, fault, hasApp } = content;
  const invalid = fault === undefined ? null : html` aria-invalid="true"`;
  const mode = hasApp ? html` autocomplete="one-time-code"` : html` autocomplete="off"`;
  return page(context, {
    title: texts.title,
    lead: hasApp ? texts.codeLead : texts.recoveryLead,
    body: html`<form method="post" action="${context.base}/factor">
${alert(fault === undefined ? undefined : texts.wrongCode)}${hiddenFields({ ...parameters, [CSRF_FIELD]: csrf })}<label for="code">${hasApp ? texts.code : texts.recoveryCode}</label>
<input id="code" name="code" class="code" maxlength="64" required autofocus${mode} autocapitalize="characters" spellcheck="false" aria-describedby="code-hint"${invalid}>
<p id="code-hint" class="hint">${hasApp ? texts.codeHint : texts.recoveryHint}</p>
<div class="actions"><button>${texts.submit}</button></div>
</form>
${otherWays(context, content)}`,
  });
}

/** Asks for a passkey, as second factor or instead of the password. Posts `credential` to `/factor`. */
export function passkeyPage(
  context: PageContext,
  content: FactorPage & { readonly options: object; readonly isAlone: boolean },
): Html {
  const { factor: texts } = textsOf(context);
  const { csrf, parameters, fault, options, isAlone } = content;
  return page(context, {
    title: texts.passkeyTitle,
    lead: isAlone ? texts.passkeyAloneLead : texts.passkeyLead,
    script: PASSKEY_SCRIPT_PATH,
    body: html`${alert(fault === undefined ? undefined : texts.wrongPasskey)}${passkeyForm(context, {
      ceremony: 'get',
      options,
      action: '/factor',
      fields: { ...parameters, [CSRF_FIELD]: csrf, ...(isAlone ? { alone: 'true' } : {}) },
      submit: texts.usePasskey,
      asks: fault === undefined,
    })}${isAlone ? html`<p class="aside"><a href="${context.base}${withQuery('/sign-in', parameters)}">${texts.withPassword}</a></p>` : otherWays(context, content)}`,
  });
}

function otherWays(context: PageContext, { others, parameters, csrf }: FactorPage): Markup | null {
  const { factor: texts } = textsOf(context);
  if (others.length === 0) return null;
  const buttons = others.map(
    (way) => html`<button name="way" value="${way}" class="quiet">${texts.other[way]}</button>\n`,
  );
  return html`<form method="post" action="${context.base}/factor" class="others">
${hiddenFields({ ...parameters, [CSRF_FIELD]: csrf })}<div class="actions">${buttons}</div>
</form>`;
}
