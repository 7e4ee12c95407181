/** Every page as it is rendered, with the headers that it is sent with, for a browser to look at. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Branding } from '../../lambdas/contract/branding.ts';
import { Html } from '../../lambdas/kernel/results.ts';
import { type ConsentPage, consentPage } from '../../lambdas/pages/consent-page.ts';
import { continuePage } from '../../lambdas/pages/continue-page.ts';
import { deviceDonePage, devicePage } from '../../lambdas/pages/device-page.ts';
import { errorPage } from '../../lambdas/pages/error-page.ts';
import { type PageContext, pageContext } from '../../lambdas/pages/page.ts';
import { pageFiles } from '../../lambdas/pages/rows.ts';
import { signedInPage, signedOutPage, signInPage, signOutPage } from '../../lambdas/pages/sign-in-page.ts';

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 132 32" role="img"><rect width="32" height="32" rx="8" fill="#0b7a75"/><path d="M9 21 16 9l7 12z" fill="#fff"/><text x="42" y="23" font-family="system-ui,sans-serif" font-size="20" font-weight="700" fill="#0b7a75">Acme</text></svg>`;

export const PLAIN: Branding = { name: 'Acme Memory', logo: null, color: '#1f4b99', darkColor: '#4a6fad' };
export const BRANDED: Branding = { name: 'Acme Memory', logo: LOGO, color: '#ffd400', darkColor: '#ffd400' };

const CONSENT: ConsentPage = {
  client: {
    name: 'Claude',
    isVouchedFor: false,
    host: 'claude.ai',
    redirectHost: 'claude.ai',
    isLoopbackOnly: false,
  },
  email: 'ada.lovelace@example.com',
  scopes: [
    { name: 'read', description: 'Read your memories and documents' },
    { name: 'write', description: 'Create and change memories and documents' },
    { name: 'delete', description: 'Delete them' },
  ],
  workspaces: [
    { id: 'w1', name: 'Default' },
    { id: 'w2', name: 'Research & development' },
  ],
  workspaceId: 'w1',
  action: '/authorize',
  parameters: { client_id: 'https://claude.ai/client.json', state: 'a"><script>alert(1)</script>' },
  csrf: 'token',
  switchAccountPath: '/sign-in?continue=%2Fauthorize',
};

const LOOPBACK: ConsentPage = {
  ...CONSENT,
  client: {
    name: 'MCP Inspector <b>bold</b>',
    isVouchedFor: false,
    host: null,
    redirectHost: 'localhost:33418',
    isLoopbackOnly: true,
  },
  workspaces: [{ id: 'w1', name: 'Default' }],
};

const SIGN_IN = { csrf: 'token', parameters: { continue: '/authorize?client_id=x' }, email: '' };
const FAILED = { requestId: '0198c5f2-8d4e-7c11-a0b3-5b7d2f6c9e10' };

/** All pages by their name. */
export const PAGES: Readonly<Record<string, (context: PageContext) => Html>> = {
  'sign-in': (context) => signInPage(context, SIGN_IN),
  'sign-in-wrong': (context) => signInPage(context, { ...SIGN_IN, email: 'ada@example.com', fault: 'wrong' }),
  'sign-in-again': (context) =>
    signInPage(context, {
      ...SIGN_IN,
      email: 'ada@example.com',
      signedInAs: 'ada@example.com',
      fault: 'expired',
    }),
  'signed-in': (context) => signedInPage(context, { email: 'ada@example.com', csrf: 'token' }),
  'sign-out': (context) => signOutPage(context, { csrf: 'token' }),
  'signed-out': (context) => signedOutPage(context),
  consent: (context) => consentPage(context, CONSENT),
  'consent-loopback': (context) => consentPage(context, LOOPBACK),
  'consent-vouched': (context) =>
    consentPage(context, {
      ...LOOPBACK,
      client: {
        name: 'Nightly report',
        isVouchedFor: true,
        host: null,
        redirectHost: 'reports.acme.example',
        isLoopbackOnly: false,
      },
      scopes: [],
    }),
  'consent-device': (context) =>
    consentPage(context, {
      ...CONSENT,
      client: { ...CONSENT.client, redirectHost: null },
      action: '/device',
      userCode: 'WDJB-MJHT',
    }),
  device: (context) => devicePage(context, { userCode: null, isUnknown: false, csrf: 'token' }),
  'device-unknown': (context) =>
    devicePage(context, { userCode: 'WDJB-MJHT', isUnknown: true, csrf: 'token' }),
  'device-allowed': (context) => deviceDonePage(context, 'allowed'),
  'device-denied': (context) => deviceDonePage(context, 'denied'),
  error: (context) =>
    errorPage(context, {
      ...FAILED,
      code: 'invalid_field',
      status: 400,
      message: 'redirect_uri: must be one of the URLs that the client has registered, to the letter',
    }),
  'error-expired': (context) =>
    errorPage(context, { ...FAILED, code: 'stale_form', status: 403, message: 'The form has expired.' }),
  'error-too-many': (context) =>
    errorPage(context, {
      ...FAILED,
      code: 'rate_limited',
      status: 429,
      message: 'Slow.',
      retryAfterSeconds: 240,
    }),
  'error-not-found': (context) =>
    errorPage(context, { ...FAILED, code: 'not_found', status: 404, message: 'There is nothing here.' }),
  'error-ours': (context) => errorPage(context, { ...FAILED, code: 'internal', status: 500, message: 'x' }),
};

/** Where a continue page leads, for those that are tried. */
export const TARGETS: Readonly<Record<string, string>> = {
  web: 'https://claude.ai/api/mcp/auth_callback?code=1&state=a%20b',
  app: 'cursor://anysphere.cursor-mcp/oauth/callback?code=1',
};

/** Serves the pages at `/<name>`; `/continue?to=…` leads on, `/arrived` is where. */
export class RenderedPages {
  readonly #server: Server;

  private constructor(branding: Branding) {
    const files = pageFiles(branding);
    this.#server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const name = pathname.slice(1);
      if (name === 'pages.css')
        return void response.setHeader('content-type', 'text/css').end(files.stylesheet);
      if (name === 'logo.svg')
        return void response.setHeader('content-type', 'image/svg+xml').end(files.logo ?? '');
      if (name === 'arrived') return void response.end('arrived');
      const settings = { branding, url: 'http://localhost' };
      const acceptLanguage = request.headers['accept-language'] ?? '';
      const context = pageContext(settings, { acceptLanguage }, searchParams.get('ui_locales') ?? undefined);
      const target = searchParams.get('to');
      const html =
        name === 'continue' && target !== null
          ? continuePage(context, { location: target })
          : PAGES[name]?.(context);
      if (!(html instanceof Html)) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...html.headers });
      response.end(html.html);
    });
  }

  static async start(branding: Branding): Promise<RenderedPages> {
    const served = new RenderedPages(branding);
    await once(served.#server.listen(0, '127.0.0.1'), 'listening');
    return served;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
