import { escaped, type LocalPageOptions } from '../local-page.ts';
import type { KeptMail, Outbox } from './outbox.ts';

/** The page of the mails: all of them, or one by its number. Whoever can read them can use their links. */
export function mailsPage(outbox: Pick<Outbox, 'all'>): LocalPageOptions {
  return {
    checksHost: true,
    answer(path) {
      const mails = outbox.all();
      const isJson = path === '/mails.json';
      if (isJson) return { isJson, body: JSON.stringify(mails, undefined, 2) };
      const [, index = -1] = /^\/(\d+)$/.exec(path) ?? [];
      return { isJson, body: mails[Number(index)]?.html ?? list(mails) };
    },
  };
}

const STYLE =
  ':root{color-scheme:light dark}body{font:15px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}article{margin:2rem 0;padding-top:1rem;border-top:1px solid #8886}h2{font-size:1.1rem;margin:0}pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}p{margin:.25rem 0}';

/** All mails, newest first, as text with links that can be followed. */
function list(mails: readonly KeptMail[]): string {
  const articles = mails.map(
    ({ to, subject, text, sentAt }, index) => `<article><h2>${escaped(subject)}</h2>
<p>to ${escaped(to)}, ${escaped(sentAt)} · <a href="/${index}">as HTML</a></p>
<pre>${linked(escaped(text))}</pre></article>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="5">
<title>Mails</title><style>${STYLE}</style></head>
<body><h1>Mails</h1><p>What SES or EventBridge would have been given, newest first; <a href="/mails.json">as JSON</a>.</p>
${articles.toReversed().join('\n') || '<p>None yet.</p>'}</body></html>
`;
}

function linked(text: string): string {
  return text.replaceAll(/https?:\/\/[^\s&]+/g, (url) => `<a href="${url}">${url}</a>`);
}
