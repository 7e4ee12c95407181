/** Every page as it is rendered, with the headers that it is sent with, for a browser to look at. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Branding } from '../../lambdas/contract/branding.ts';
import { qrCode } from '../../lambdas/enrolment/qr-code.ts';
import { registrationOptions, requestOptions } from '../../lambdas/factors/passkeys.ts';
import type { Html } from '../../lambdas/kernel/results.ts';
import {
  type ClosingPage,
  closedPage,
  closingPage,
  deletedPage,
  deletionPage,
} from '../../lambdas/pages/account-ends-page.ts';
import { accountButton, accountPage, itemList, shownTime } from '../../lambdas/pages/account-page.ts';
import { type ConsentPage, consentPage } from '../../lambdas/pages/consent-page.ts';
import { continuePage } from '../../lambdas/pages/continue-page.ts';
import { deviceDonePage, devicePage } from '../../lambdas/pages/device-page.ts';
import { errorPage } from '../../lambdas/pages/error-page.ts';
import { codePage, type FactorPage, passkeyPage } from '../../lambdas/pages/factor-page.ts';
import {
  appSetupPage,
  type FactorForm,
  type FactorsPage,
  factorsPage,
  passkeySetupPage,
  recoveryCodesPage,
} from '../../lambdas/pages/factors-page.ts';
import { html } from '../../lambdas/pages/html.ts';
import { invitationDonePage, invitationPage } from '../../lambdas/pages/invitation-page.ts';
import { type PageContext, type PageSettings, pageContext, textsOf } from '../../lambdas/pages/page.ts';
import { PASSKEY_SCRIPT } from '../../lambdas/pages/passkey-script.ts';
import {
  askForMailPage,
  confirmPage,
  deadLinkPage,
  mailOnItsWayPage,
  newPasswordPage,
  recoveredPage,
} from '../../lambdas/pages/recovery-pages.ts';
import { pageFiles } from '../../lambdas/pages/rows.ts';
import {
  providerRequiredPage,
  signedInPage,
  signedOutPage,
  signInPage,
  signOutPage,
} from '../../lambdas/pages/sign-in-page.ts';

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

const TOKEN = `0198c5f2-8d4e-7c11-a0b3-5b7d2f6c9e10.${'x'.repeat(43)}`;
const NEW_PASSWORD = { token: TOKEN, email: 'ada.lovelace@example.com', parameters: {} };
const CONFIRM = { token: TOKEN, email: 'ada.lovelace@example.com', parameters: {} };
const SIGN_IN = {
  csrf: 'token',
  parameters: { continue: '/authorize?client_id=x' },
  email: '',
  providers: [],
};
const INVITATION = {
  token: 'token',
  parameters: {},
  tenantName: 'Acme & Söhne <Forschung>',
  email: 'ada@example.com',
  fullName: 'Ada Lovelace',
  provider: null,
};
const PROVIDERS = [
  { id: 'okta', label: 'Okta' },
  { id: 'entra', label: 'Contoso Anmeldedienst' },
];
const CHALLENGE = 'c'.repeat(43);
const PARTY = { id: 'localhost', origin: 'http://localhost:8080', name: 'Acme Memory' };
const PASSKEY = {
  id: 'cGFzc2tleQ',
  name: 'Ada’s phone',
  publicKey: '',
  counter: 0,
  transports: ['internal'],
  isSynced: true,
  isBackedUp: true,
  createdAt: 1_790_000_000,
  lastUsedAt: null,
};
const FACTOR_FORM: FactorForm = {
  csrf: 'token',
  parameters: { continue: '/authorize?client_id=x', ui_locales: 'de en' },
};
const FACTOR: FactorPage = { ...FACTOR_FORM, others: [] };
const USE_OF_PASSKEY = { ...FACTOR, options: requestOptions(PARTY, CHALLENGE, [PASSKEY]), isAlone: false };
const FACTORS: FactorsPage = {
  ...FACTOR_FORM,
  isRequired: false,
  email: 'ada.lovelace@example.com',
  app: { id: '0198c5f2-8d4e-7c11-a0b3-5b7d2f6c9e11', name: '', added: '1 Nov 2026', used: '26 Nov 2026' },
  passkeys: [
    { id: PASSKEY.id, name: PASSKEY.name, added: '2 Nov 2026', used: null, isBackedUp: true },
    {
      id: 'a2V5',
      name: 'Security key in the safe at home',
      added: '3 Nov 2026',
      used: '4 Nov 2026',
      isBackedUp: false,
    },
  ],
  recoveryCodesLeft: 9,
  offersPasskeys: true,
};
const NO_FACTORS: FactorsPage = { ...FACTORS, app: null, passkeys: [], recoveryCodesLeft: 0 };
const ALONE = { ...FACTOR, options: requestOptions(PARTY, CHALLENGE), isAlone: true };
const APP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const APP_SETUP = {
  ...FACTOR_FORM,
  secret: APP_SECRET,
  qrCode: qrCode(`otpauth://totp/Acme%20Memory:ada?secret=${APP_SECRET}`, 'QR code'),
};
const PASSKEY_SETUP = {
  ...FACTOR_FORM,
  options: registrationOptions(PARTY, {
    userId: '0198c5f2-8d4e-7c11-a0b3-5b7d2f6c9e12',
    email: FACTORS.email,
    challenge: CHALLENGE,
    passkeys: [PASSKEY],
  }),
};
const RECOVERY_CODES = Array.from({ length: 10 }, (_, index) => `K7QM-2XW${index}-PD4R`);
const DELETION = { email: FACTORS.email, csrf: 'token' };
const CLOSING: ClosingPage = { organization: 'Acme & Söhne <Forschung>', csrf: 'token' };
const CLOSED = { ...CLOSING, fault: undefined, until: '27 December 2026' };
const FAILED = { requestId: '0198c5f2-8d4e-7c11-a0b3-5b7d2f6c9e10' };

/** The page of an account with a section of a list, and one of a link. */
function shownAccount(context: PageContext, notice?: string): Html {
  const { sessions, data } = textsOf(context).account;
  const since = html`${sessions.since} ${shownTime(context, 1_790_000_000)} ${sessions.from('2001:db8::7')}`;
  const end = (id: string, title: string) =>
    accountButton(context, {
      csrf: 'token',
      fields: { action: 'end', id },
      label: sessions.end,
      name: sessions.endNamed(title),
    });
  const items = [
    { title: 'Firefox on Linux', lines: [html`${sessions.thisBrowser}`, since], button: null },
    { title: 'Safari on iPhone', lines: [since], button: end('s1', 'Safari on iPhone') },
    { title: 'curl/8.9 <b>', lines: [since], button: end('s2', 'curl/8.9 <b>') },
  ];
  return accountPage(context, {
    email: FACTORS.email,
    organization: CLOSING.organization,
    notice,
    sections: [
      { id: 'sessions', heading: sessions.heading, body: html`<p>${sessions.text}</p>\n${itemList(items)}` },
      { id: 'data', heading: data.heading, body: html`<p>${data.text}</p>\n` },
    ],
  });
}

/** The pages that ask for a passkey, and run the one script of ours for that. */
export const PASSKEY_PAGES: readonly string[] = [
  'factor-passkey',
  'factor-passkey-wrong',
  'factor-passkey-alone',
  'factor-passkey-alone-wrong',
  'factors-passkey',
  'factors-passkey-wrong',
];

/** All pages by their name. */
export const PAGES: Readonly<Record<string, (context: PageContext) => Html>> = {
  'sign-in': (context) => signInPage(context, SIGN_IN),
  'sign-in-providers': (context) => signInPage(context, { ...SIGN_IN, providers: PROVIDERS }),
  'sign-in-provider-failed': (context) =>
    signInPage(context, {
      ...SIGN_IN,
      providers: PROVIDERS,
      fault: { provider: 'Okta', what: 'providerRefused' },
    }),
  'sign-in-provider-required': (context) =>
    providerRequiredPage(context, {
      ...SIGN_IN,
      email: 'ada@contoso.example',
      provider: { id: 'entra', label: 'Contoso Anmeldedienst' },
    }),
  invitation: (context) => invitationPage(context, INVITATION),
  'invitation-weak': (context) => invitationPage(context, { ...INVITATION, fault: 'weak' }),
  'invitation-provider': (context) => invitationPage(context, { ...INVITATION, provider: 'Okta' }),
  'invitation-accepted': (context) =>
    invitationDonePage(context, { outcome: 'accepted', email: 'ada@example.com' }),
  'invitation-dead': (context) => invitationDonePage(context, { outcome: 'dead' }),
  'invitation-taken': (context) =>
    invitationDonePage(context, { outcome: 'taken', email: 'ada@example.com' }),
  'invitation-full': (context) => invitationDonePage(context, { outcome: 'full' }),
  'sign-in-suspended': (context) =>
    signInPage(context, { ...SIGN_IN, email: 'ada@example.com', fault: 'suspended' }),
  'sign-in-wrong': (context) => signInPage(context, { ...SIGN_IN, email: 'ada@example.com', fault: 'wrong' }),
  'sign-in-again': (context) =>
    signInPage(context, {
      ...SIGN_IN,
      email: 'ada@example.com',
      signedInAs: 'ada@example.com',
      fault: 'expired',
    }),
  'sign-in-unverified': (context) =>
    signInPage(context, { ...SIGN_IN, email: 'ada@example.com', fault: 'unverified' }),
  'forgot-password': (context) => askForMailPage(context, { kind: 'reset', parameters: {} }),
  'forgot-password-wrong': (context) =>
    askForMailPage(context, { kind: 'reset', email: 'ada', fault: true, parameters: {} }),
  'mail-on-its-way': (context) => mailOnItsWayPage(context, 'reset'),
  'resend-verification': (context) => askForMailPage(context, { kind: 'verify', parameters: {} }),
  'verification-on-its-way': (context) => mailOnItsWayPage(context, 'verify'),
  'new-password': (context) => newPasswordPage(context, NEW_PASSWORD),
  'new-password-weak': (context) => newPasswordPage(context, { ...NEW_PASSWORD, fault: 'weak' }),
  'new-password-short': (context) => newPasswordPage(context, { ...NEW_PASSWORD, fault: 'short' }),
  'password-changed': (context) => recoveredPage(context, { kind: 'reset' }),
  'confirm-verify': (context) => confirmPage(context, { ...CONFIRM, kind: 'verify' }),
  'confirm-address': (context) => confirmPage(context, { ...CONFIRM, kind: 'address' }),
  'confirm-undo': (context) => confirmPage(context, { ...CONFIRM, kind: 'undo' }),
  'confirmed-verify': (context) => recoveredPage(context, { kind: 'verify', email: CONFIRM.email }),
  'confirmed-address': (context) => recoveredPage(context, { kind: 'address', email: CONFIRM.email }),
  'confirmed-undo': (context) => recoveredPage(context, { kind: 'undo', email: CONFIRM.email }),
  'dead-link': (context) => deadLinkPage(context, { kind: 'reset' }),
  'taken-address': (context) => deadLinkPage(context, { kind: 'verify', taken: true }),
  'signed-in': (context) => signedInPage(context, { email: 'ada@example.com', csrf: 'token' }),
  account: (context) => shownAccount(context),
  'account-notice': (context) => shownAccount(context, 'It has ended. Whoever used it has to sign in again.'),
  'account-delete': (context) => deletionPage(context, DELETION),
  'account-delete-last': (context) => deletionPage(context, { ...DELETION, fault: 'last' }),
  'account-deleted': (context) => deletedPage(context),
  'account-close': (context) => closingPage(context, CLOSING),
  'account-close-wrong-name': (context) => closingPage(context, { ...CLOSING, fault: 'wrongName' }),
  'account-close-others': (context) => closingPage(context, { ...CLOSING, fault: 'others' }),
  'account-closed': (context) => closedPage(context, CLOSED),
  'account-closed-too-late': (context) => closedPage(context, { ...CLOSED, fault: 'tooLate' }),
  'factor-code': (context) => codePage(context, { ...FACTOR, hasApp: true, others: ['passkey'] }),
  'factor-code-wrong': (context) => codePage(context, { ...FACTOR, hasApp: true, fault: 'wrong' }),
  'factor-recovery-code': (context) => codePage(context, { ...FACTOR, hasApp: false, others: ['passkey'] }),
  'factor-passkey': (context) => passkeyPage(context, { ...USE_OF_PASSKEY, others: ['code'] }),
  'factor-passkey-wrong': (context) =>
    passkeyPage(context, { ...USE_OF_PASSKEY, others: ['code'], fault: 'wrong' }),
  'factor-passkey-alone': (context) => passkeyPage(context, ALONE),
  'factor-passkey-alone-wrong': (context) => passkeyPage(context, { ...ALONE, fault: 'wrong' }),
  factors: (context) => factorsPage(context, FACTORS),
  'factors-none': (context) => factorsPage(context, NO_FACTORS),
  'factors-required': (context) =>
    factorsPage(context, { ...NO_FACTORS, isRequired: true, offersPasskeys: false }),
  'factors-last-stays': (context) =>
    factorsPage(context, {
      ...FACTORS,
      passkeys: [],
      recoveryCodesLeft: 1,
      fault: textsOf(context).factors.lastStays,
    }),
  'factors-app': (context) => appSetupPage(context, APP_SETUP),
  'factors-app-wrong': (context) => appSetupPage(context, { ...APP_SETUP, fault: 'wrong' }),
  'factors-passkey': (context) => passkeySetupPage(context, PASSKEY_SETUP),
  'factors-passkey-wrong': (context) => passkeySetupPage(context, { ...PASSKEY_SETUP, fault: 'wrong' }),
  'factors-codes': (context) => recoveryCodesPage(context, { codes: RECOVERY_CODES, goesTo: '/factors' }),
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
  device: (context) =>
    devicePage(context, { userCode: null, isUnknown: false, parameters: { csrf: 'token' } }),
  'device-unknown': (context) =>
    devicePage(context, { userCode: 'WDJB-MJHT', isUnknown: true, parameters: { csrf: 'token' } }),
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

/** Serves the pages by their names, below `base`; `/continue?to=…` leads on, `/arrived` is where. Keeps what is posted. */
export class RenderedPages {
  /** The last form that was sent here. */
  posted: URLSearchParams | undefined;
  /** How a form is answered: by the page that goes on to this place, or, to see what that is for, by a redirect. */
  answer: { readonly goesTo: string; readonly byRedirect?: true } = { goesTo: '/arrived' };
  readonly #server: Server;
  readonly #settings: PageSettings;

  private constructor(branding: Branding, base: string) {
    this.#settings = { branding, url: `http://localhost${base}` };
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(branding: Branding, base = ''): Promise<RenderedPages> {
    const served = new RenderedPages(branding, base);
    await once(served.#server.listen(0, '127.0.0.1'), 'listening');
    return served;
  }

  get url(): string {
    const { pathname } = new URL(this.#settings.url);
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${pathname.replace(/\/$/, '')}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === 'POST') this.posted = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    const { pathname, searchParams } = new URL(request.url ?? '/', this.#settings.url);
    const base = new URL(this.#settings.url).pathname;
    const name = pathname.startsWith(base) ? pathname.slice(base.length).replace(/^\//, '') : '';
    const send = (type: string, text: string, headers = {}) =>
      void response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...headers }).end(text);
    const files = pageFiles(this.#settings.branding);
    if (name === 'pages.css') return send('text/css', files.stylesheet);
    if (name === 'passkeys.js') return send('text/javascript', PASSKEY_SCRIPT);
    if (name === 'logo.svg') return send('image/svg+xml', files.logo);
    if (name === 'arrived') return send('text/plain', 'arrived');
    // Chromium asks a page that names no icon for one.
    if (name === 'favicon.ico') return void response.writeHead(204).end();
    if (request.method === 'POST' && this.answer.byRedirect)
      return void response.writeHead(303, { location: this.answer.goesTo }).end();
    const html = this.#page(request, name, searchParams);
    if (html === undefined) return void response.writeHead(404).end();
    return send('text/html', html.html, html.headers);
  }

  #page(request: IncomingMessage, name: string, query: URLSearchParams): Html | undefined {
    const acceptLanguage = request.headers['accept-language'] ?? '';
    const context = pageContext(this.#settings, { acceptLanguage }, query.get('ui_locales') ?? undefined);
    const target = request.method === 'POST' ? this.answer.goesTo : query.get('to');
    return target === null ? PAGES[name]?.(context) : continuePage(context, { location: target });
  }
}
