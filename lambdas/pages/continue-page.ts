import type { Html } from '../kernel/results.ts';
import { html } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';

/**
 * Goes on to another place by itself, with a link for browsers that do not. For what follows a submitted form: Chromium
 * applies `form-action` to every redirect after it, so that a redirect to a client would be stopped.
 * `location` is a path of ours, an `https:` or loopback URL, or one of an app's own scheme (RFC 8252, 7.1), and has been
 * checked to be the client's. Throws for a URL that a browser would run or read from this computer.
 */
export function continuePage(context: PageContext, { location }: { readonly location: string }): Html {
  const { goOn: texts } = textsOf(context);
  const target = requireTarget(location.startsWith('/') ? context.base + location : location);
  return page(context, {
    title: texts.title,
    ...leadOf(location, texts),
    refreshTo: target,
    body: html`<div class="actions"><a class="button" href="${target}" autofocus>${texts.link}</a></div>
<p class="aside">${texts.close}</p>`,
  });
}

/** Of our own paths nothing needs to be said. */
function leadOf(location: string, texts: ReturnType<typeof textsOf>['goOn']): { lead?: string } {
  if (location.startsWith('/')) return {};
  const { protocol, host } = new URL(location);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return { lead: texts.text(isWeb ? host : texts.app(`${protocol}//`)) };
}

/** RFC 3986, 2: the characters of a URL. A quotation mark would end the URL of a `refresh`. */
const URL_CHARACTERS = /^[\w\-.~:/?#[\]@!$&()*+,;=%]+$/;

/** Schemes that a browser runs, or that read what is on this computer or in this browser. */
const REFUSED_SCHEMES =
  /^(?:javascript|data|vbscript|file|filesystem|blob|about|view-source|chrome|chrome-extension|moz-extension|jar|ws|wss|ftp):/i;

function requireTarget(target: string): string {
  const isOwnPath = target.startsWith('/') && !target.startsWith('//');
  const isUrl = URL.canParse(target) && !REFUSED_SCHEMES.test(target);
  if (!URL_CHARACTERS.test(target) || !(isOwnPath || isUrl))
    throw new TypeError(`not a place to go on to: ${JSON.stringify(target)}`);
  return target;
}
