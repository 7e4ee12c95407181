import { describe, expect, test } from 'vitest';
import { newMail } from '../../lambdas/mail/mail.ts';
import { render } from '../../lambdas/mail/render.ts';
import { MAIL_TEXTS } from '../../lambdas/mail/texts/index.ts';

const NASTY = `<img src=x onerror=alert(1)>"'&\r\nBcc: eve@example.com`;
const LINK = 'https://api.example.com/confirm?link=a.b';
const FACTS = { from: NASTY, to: NASTY, name: NASTY, by: NASTY };

const all = (['en', 'de'] as const).flatMap((language) =>
  (Object.keys(MAIL_TEXTS.en.mails) as (keyof typeof MAIL_TEXTS.en.mails)[]).map(
    (template) => [template, language] as const,
  ),
);

const rendered = (template: (typeof all)[number][0], language: 'en' | 'de', name: string, link = LINK) => {
  const mail = newMail({ to: 'ada@example.com', template: 'reset', facts: {}, language }, 0);
  const branding = { name, logo: '<svg></svg>', color: '#ffd400', darkColor: '#ffd400' };
  return render({ ...mail, template, facts: FACTS }, link, { branding, url: 'https://api.example.com' });
};

describe.each(all)('the mail %s in %s', (template, language) => {
  test('escapes whatever it tells, and has one line of subject', () => {
    const mail = rendered(template, language, NASTY);
    expect(mail.html).not.toContain('<img');
    expect(mail.subject).not.toMatch(/[\r\n]/);
  });

  test('loads nothing, runs nothing, and tells nobody that it was opened', () => {
    const { html } = rendered(template, language, 'Example');
    expect(html).not.toMatch(
      /<(img|script|link|iframe|form|video|audio|object|style)\b|url\(|<[^>]*\ssrc|@import/i,
    );
    expect([...html.matchAll(/https?:\/\/[^\s"<]+/g)].map(([url]) => url)).toSatisfy((urls: string[]) =>
      urls.every((url) => url.startsWith('https://api.example.com')),
    );
  });

  test('says in text what it says in HTML', () => {
    const { text, html } = rendered(template, language, 'Example');
    for (const paragraph of text.split(/\n+/).filter((line) => line !== '--' && !line.endsWith(':')))
      expect(html.replaceAll('&#39;', "'").replaceAll('&quot;', '"')).toContain(
        paragraph.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      );
  });
});
