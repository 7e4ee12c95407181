import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalPage } from '../../local/local-page.ts';
import { mailsPage } from '../../local/mail/page.ts';

const mail = {
  to: '"o"@example.com',
  subject: 'A <link> & more',
  text: 'Open https://api.example.com/confirm?id=1',
  html: '<p>Open it</p>',
  sentAt: '2026-11-27T10:00:00.000Z',
};
let page: LocalPage;

beforeAll(async () => {
  page = await LocalPage.start(mailsPage({ all: () => [mail] }));
});
afterAll(() => page.stop());

/** A request as it is written: `fetch` would mend the path and the host. */
function get(path: string, host = new URL(page.url).host): Promise<{ status?: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(page.url);
    request({ hostname, port, path, headers: { host } }, (response) => {
      const status = response.statusCode ?? 0;
      text(response).then((body) => resolve({ status, body }), reject);
    })
      .on('error', reject)
      .end();
  });
}

test('the mails are told to their own address alone, whatever name leads here', async () => {
  expect(await get('/mails.json', 'evil.example')).toEqual({ status: 421, body: '' });
  expect(JSON.parse((await get('/mails.json')).body)).toEqual([mail]);
});

test('the list shows texts as they are, with links, and each mail as it was written', async () => {
  const { body } = await get('/?refreshed');
  expect(body).toContain('<h2>A &lt;link&gt; &amp; more</h2>');
  expect(body).toContain('to &quot;o&quot;@example.com');
  expect(body).toContain('<a href="https://api.example.com/confirm?id=1">');
  expect((await get('/0')).body).toBe(mail.html);
});

test('a path that is none ends nothing', async () => {
  expect(await get('//')).toMatchObject({ status: 200 });
  expect(await get('/')).toMatchObject({ status: 200 });
});
