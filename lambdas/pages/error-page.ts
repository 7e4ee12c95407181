import type { ErrorCode } from '../contract/errors.ts';
import type { Html } from '../kernel/results.ts';
import { html } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';

export interface ErrorPage {
  readonly code: ErrorCode;
  readonly status: number;
  /** In English: for developers. */
  readonly message: string;
  readonly requestId: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** Tells a person what went wrong and what to do, and their developers the rest. */
export function errorPage(context: PageContext, error: ErrorPage): Html {
  const { problem: texts } = textsOf(context);
  const { title, text } = told(error, texts);
  const details =
    error.status !== 400
      ? null
      : html`<details><summary>${texts.details}</summary><p lang="en">${error.message}</p></details>\n`;
  return page(context, {
    title,
    body: html`<p>${text}</p>
${details}<p class="aside">${texts.reference}: <code>${error.requestId}</code></p>`,
  });
}

function told(
  { code, status, retryAfterSeconds = 60 }: ErrorPage,
  texts: ReturnType<typeof textsOf>['problem'],
) {
  if (code === 'rate_limited')
    return { title: texts.tooManyTitle, text: texts.tooManyText(retryAfterSeconds) };
  if (code === 'stale_form') return { title: texts.expiredTitle, text: texts.expiredText };
  if (status === 404 || status === 405) return { title: texts.notFoundTitle, text: texts.notFoundText };
  if (status >= 500) return { title: texts.failedTitle, text: texts.failedText };
  return { title: texts.title, text: texts.text };
}
