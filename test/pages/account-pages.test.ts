import { describe, expect, test } from 'vitest';
import { closedPage, closingPage, deletedPage, deletionPage } from '../../lambdas/pages/account-ends-page.ts';
import { accountButton, accountPage, itemList, shownTime } from '../../lambdas/pages/account-page.ts';
import { html } from '../../lambdas/pages/html.ts';
import { type PageContext, pageContext } from '../../lambdas/pages/page.ts';
import { alertOf, formsOf, linksOf } from './forms.ts';
import { PLAIN } from './rendered-pages.ts';

const at = (uiLocales = 'en', url = 'https://api.example.com'): PageContext =>
  pageContext({ branding: PLAIN, url }, { acceptLanguage: '' }, uiLocales);
const ORGANIZATION = `Ben & Co "AG"`;

describe('the page of the account', () => {
  const shown = (notice?: string) =>
    accountPage(at(), {
      email: 'ada@example.com',
      organization: ORGANIZATION,
      notice,
      sections: [
        { id: 'sessions', heading: 'Where', body: html`<p>here</p>` },
        { id: 'apps', heading: 'Apps', body: html`<p>none</p>` },
      ],
    });

  test('tells a screen reader what has just been done, and nothing where nothing was', () => {
    expect(shown('It has ended.').html).toContain('<p class="notice" role="status">It has ended.</p>');
    expect(shown().html).not.toContain('role="status"');
  });

  test('names each section by its heading, in their order, and ends with the way out', () => {
    const sections = [
      ...shown().html.matchAll(/<section aria-labelledby="(\w+)">\s*<h2 id="(\w+)">(\w+)<\/h2>/g),
    ];
    expect(sections.map(([, label, id, heading]) => [label, id, heading])).toEqual([
      ['sessions', 'sessions', 'Where'],
      ['apps', 'apps', 'Apps'],
    ]);
    expect(linksOf(shown())).toEqual(['/sign-out']);
    expect(formsOf(shown())).toEqual([]);
  });
});

describe('a button of that page', () => {
  const button = (given: object = {}) =>
    formsOf(
      page(
        accountButton(at('en', 'https://api.example.com/live'), {
          csrf: 'token',
          fields: { action: 'end', id: `s"1` },
          label: 'End',
          ...given,
        }).text,
      ),
    )[0];

  test('says what it does by its own fields, below the stage, with the token of the browser', () => {
    expect(button()).toMatchObject({
      action: '/live/account',
      hidden: { action: 'end', id: `s"1`, csrf: 'token' },
      asks: [],
    });
  });

  test('cannot be given another token by the fields that name a thing', () => {
    expect(button({ fields: { csrf: 'planted' } })?.hidden).toEqual({ csrf: 'token' });
  });

  test('is read by its name, where several have the same label', () => {
    expect(button()?.buttons).toEqual(['End']);
    expect(button({ name: 'End Safari on <iPhone>' })?.buttons).toEqual(['End Safari on <iPhone>']);
  });
});

test('a thing of a list has its own button, or none', () => {
  const button = accountButton(at(), { csrf: 'c', fields: { id: 'b' }, label: 'End' });
  const { text } = itemList([
    { title: 'here', lines: [html`now`], button: null },
    { title: 'there', lines: [html`then`, html`later`], button },
  ]);
  const [here = '', there = ''] = text.split('</li>');
  expect([formsOf(page(here)).length, formsOf(page(there)).map(({ hidden }) => hidden.id)]).toEqual([
    0,
    ['b'],
  ]);
  expect(there.match(/<small>\w+<\/small>/g)).toEqual(['<small>then</small>', '<small>later</small>']);
});

test.each([
  ['en', 'Sep 21, 2026'],
  ['de', '21.09.2026'],
])('a time is written as in %s, and says that it is of UTC, wherever the machine stands', (language, day) => {
  const { text } = shownTime(at(language), Date.UTC(2026, 8, 21, 23, 45) / 1000);
  expect(text).toContain('<time datetime="2026-09-21T23:45:00.000Z">');
  expect(text).toContain(day);
  expect(text).toMatch(/(11:45\sPM|23:45) UTC<\/time>/);
});

describe('the question whether to delete the account', () => {
  const asked = (fault?: 'last' | 'operator') =>
    deletionPage(at(), { email: 'ada@example.com', csrf: 'token', fault });

  test('says whose it is and what follows, and does nothing before its form is sent', () => {
    expect(asked().html).toContain('<p class="lead">ada@example.com</p>');
    expect(asked().html).toContain('This cannot be undone.');
    expect(formsOf(asked())).toMatchObject([
      { action: '/account', hidden: { action: 'delete', csrf: 'token' }, asks: [] },
    ]);
    expect(linksOf(asked())).toEqual(['/account']);
  });

  test('tells the last administrator and an operator why not, and nobody else', () => {
    expect(alertOf(asked('last'))).toMatch(/^You are the last administrator\./);
    expect(alertOf(asked('operator'))).toMatch(/^An operator is removed by/);
    expect(alertOf(asked())).toBeUndefined();
  });

  test('is followed by a page that leads nowhere: there is no account any more', () => {
    expect([linksOf(deletedPage(at())), formsOf(deletedPage(at()))]).toEqual([[], []]);
  });
});

describe('the question whether to close the organization', () => {
  const asked = (fault?: 'wrongName' | 'others') =>
    closingPage(at(), { organization: ORGANIZATION, csrf: 'token', fault });
  const field = (fault?: 'wrongName' | 'others') =>
    /<input id="organization"[^>]*>/.exec(asked(fault).html)?.[0];

  test('wants its name typed: the form neither has it nor is sent without it', () => {
    expect(formsOf(asked())).toMatchObject([
      { action: '/account', hidden: { action: 'close', csrf: 'token' }, asks: ['organization'] },
    ]);
    expect(field()).toMatch(/ required /);
    expect(field()).not.toContain('value=');
    expect(asked().html).toContain(
      '<label for="organization">Type “Ben &amp; Co &quot;AG&quot;” to confirm</label>',
    );
  });

  test('marks the name where that was wrong, and not where somebody else manages people too', () => {
    expect([alertOf(asked('wrongName')), field('wrongName')?.includes('aria-invalid="true"')]).toEqual([
      'This is not the name of the organization.',
      true,
    ]);
    expect(alertOf(asked('others'))).toMatch(/^There are other administrators\./);
    expect(field('others')).not.toContain('aria-invalid');
    expect(alertOf(asked())).toBeUndefined();
  });
});

describe('the page of a closed organization', () => {
  const closed = (fault?: 'tooLate') =>
    closedPage(at(), { organization: ORGANIZATION, until: '1 December 2026', csrf: 'token', fault });

  test('says until when it can be reopened, and offers that and the way out alone', () => {
    expect(closed().html).toContain('until 1 December 2026');
    expect(formsOf(closed())).toMatchObject([
      { action: '/account', hidden: { action: 'reopen', csrf: 'token' }, buttons: ['Reopen'] },
    ]);
    expect(linksOf(closed())).toEqual(['/sign-out']);
  });

  test('offers nothing once its data are being deleted', () => {
    expect(alertOf(closed('tooLate'))).toMatch(/^It can no longer be reopened/);
    expect(closed('tooLate').html).not.toContain('You can reopen it');
    expect(formsOf(closed('tooLate'))).toEqual([]);
    expect(linksOf(closed('tooLate'))).toEqual(['/sign-out']);
  });
});

/** A part of a page, to be read as one. */
function page(text: string) {
  return { html: text } as Parameters<typeof formsOf>[0];
}
