import type { Branding } from '../contract/branding.ts';
import { readableOn } from '../pages/colors.ts';
import { html, type Markup } from '../pages/html.ts';
import type { Mail } from './mail.ts';
import type { ReadyMail } from './sender.ts';
import type { MailText, Told } from './texts/en.ts';
import { MAIL_TEXTS } from './texts/index.ts';

/** What mails look like. */
export interface Rendering {
  readonly branding: Branding;
  /** The API's public URL without a slash at its end. */
  readonly url: string;
}

/**
 * A mail as text and as HTML. Every fact is escaped in the HTML, which loads nothing: no image, no font, nothing that
 * tells whether somebody has opened it. Its styles stand in attributes, as mail programs take no others.
 */
export function render(mail: Mail, link: string | null, { branding, url }: Rendering): ReadyMail {
  const { id, to, template, language, facts } = mail;
  const texts = MAIL_TEXTS[language];
  const told = { ...facts, service: branding.name };
  // The facts of a mail are those of its template: `MailRequest` has seen to it.
  const write = texts.mails[template] as (told: Told<never>) => MailText;
  const { subject, paragraphs, button } = write(told);
  const action = link === null || button === undefined ? null : { link, button, copy: texts.copy };
  const footer = [texts.footer(told), url];
  const plain = [
    ...paragraphs,
    ...(action === null ? [] : [`${action.button}:\n${action.link}`]),
    `--\n${footer.join('\n')}`,
  ];
  return {
    id,
    to,
    template,
    language,
    subject: singleLine(subject),
    text: `${plain.join('\n\n')}\n`,
    html: document({
      language,
      branding,
      subject,
      paragraphs,
      footer,
      action,
    }),
    link,
  };
}

interface Action {
  readonly link: string;
  readonly button: string;
  readonly copy: string;
}

const FONT = 'font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';

function document({
  language,
  branding: { name, color },
  subject,
  paragraphs,
  action,
  footer,
}: {
  readonly language: string;
  readonly branding: Branding;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly action: Action | null;
  readonly footer: readonly string[];
}): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${subject}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f5f6f7;color:#1b1f24;${FONT}">
<div role="main" style="max-width:520px;margin:0 auto;padding:32px;background:#ffffff;border:1px solid #e1e4e8;border-radius:16px">
<p style="margin:0 0 28px;padding:0 0 12px;border-bottom:3px solid ${color};font-size:16px;font-weight:600;color:#59616b">${name}</p>
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650">${subject}</h1>
${paragraphs.map((text) => html`<p style="margin:0 0 16px;font-size:16px;line-height:1.5">${text}</p>\n`)}${action === null ? null : button(action, color)}<p style="margin:28px 0 0;padding:16px 0 0;border-top:1px solid #e1e4e8;font-size:13px;line-height:1.5;color:#59616b">${footer[0] ?? ''}<br>${footer[1] ?? ''}</p>
</div>
</body>
</html>
`.text;
}

function button({ link, button: label, copy }: Action, color: string): Markup {
  return html`<p style="margin:28px 0"><a href="${link}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:${color};color:${readableOn(color)};font-size:16px;font-weight:600;text-decoration:none">${label}</a></p>
<p style="margin:0;font-size:13px;line-height:1.5;color:#59616b">${copy}<br><a href="${link}" style="color:#59616b;word-break:break-all">${link}</a></p>
`;
}

/** A line break in a subject would begin another header (RFC 5322, 2.2). */
function singleLine(subject: string): string {
  return subject.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
