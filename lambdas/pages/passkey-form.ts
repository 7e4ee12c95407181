import { hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, textsOf } from './page.ts';

export interface PasskeyForm {
  /** Whether a passkey is made, or one is used. */
  readonly ceremony: 'create' | 'get';
  /** As the browser takes them, in JSON. */
  readonly options: object;
  /** The path that takes the answer, in the field `credential`. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly submit: string;
  /** Whether the browser asks by itself at once: not after a refusal, which it would only repeat. @default false */
  readonly asks?: boolean;
  /** Fields that the person fills in. */
  readonly before?: Markup;
}

/** A form that the script sends with the answer of a passkey; without the script it says what to do. */
export function passkeyForm(context: PageContext, form: PasskeyForm): Markup {
  const { passkey: texts } = textsOf(context);
  const { ceremony, options, action, fields, submit, asks = false, before = null } = form;
  return html`<noscript><p class="warning">${texts.noScript}</p></noscript>
<p id="passkey-status" class="alert" role="alert" data-failed="${texts.failed}" data-known="${texts.known}" data-unsupported="${texts.unsupported}" hidden></p>
<form method="post" action="${context.base}${action}" data-passkey="${ceremony}"${asks ? html` data-asks` : null} data-options="${JSON.stringify(options)}">
${hiddenFields({ ...fields, credential: '' })}${before}<div class="actions"><button>${submit}</button></div>
</form>
`;
}
