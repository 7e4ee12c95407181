import type { Html } from '../kernel/results.ts';
import { alert, hiddenFields } from './form.ts';
import { html } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';

export interface DevicePage {
  /** As it was entered, or came with the link (RFC 8628, 3.3.1); null to begin with. */
  readonly userCode: string | null;
  /** Whether the code was looked for and not found. */
  readonly isUnknown: boolean;
  /** What the form carries along unseen. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Asks for the code that a device shows (RFC 8628, 3.3). Posts `user_code` to `/device`. */
export function devicePage(context: PageContext, { userCode, isUnknown, parameters }: DevicePage): Html {
  const { device: texts } = textsOf(context);
  const invalid = isUnknown ? html` aria-invalid="true"` : null;
  return page(context, {
    title: texts.title,
    lead: texts.lead,
    body: html`<form method="post" action="${context.base}/device">
${alert(isUnknown ? texts.unknown : undefined)}${hiddenFields(parameters)}<label for="user_code">${texts.code}</label>
<input id="user_code" name="user_code" class="code" value="${userCode ?? ''}" maxlength="32" required autofocus autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"${invalid}>
<div class="actions"><button>${texts.submit}</button></div>
</form>`,
  });
}

/** What became of the device. */
export function deviceDonePage(context: PageContext, decision: 'allowed' | 'denied'): Html {
  const { device: texts } = textsOf(context);
  return page(context, {
    title: decision === 'allowed' ? texts.allowedTitle : texts.deniedTitle,
    body: html`<p>${decision === 'allowed' ? texts.allowedText : texts.deniedText}</p>`,
  });
}
