import { html, type Markup } from './html.ts';

/** The name of the field with the token that shows that a form is ours. */
export const CSRF_FIELD = 'csrf';

/** Fields that a form carries along unseen. */
export function hiddenFields(fields: Readonly<Record<string, string>>): readonly Markup[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`,
  );
}

/** What went wrong, where a screen reader reads it first. */
export function alert(text: string | undefined): Markup | null {
  return text === undefined ? null : html`<p class="alert" role="alert">${text}</p>\n`;
}
