import type { Browser } from './installation.ts';

/** A person in front of a real Chromium, who signs in and agrees. */
export class PersonInChromium {
  readonly #browser: Browser;
  readonly #credentials: { readonly email: string; readonly password: string };

  constructor(browser: Browser, credentials: { readonly email: string; readonly password: string }) {
    this.#browser = browser;
    this.#credentials = credentials;
  }

  /** Goes to the client's authorization URL, signs in, agrees, and gives where the browser is sent. */
  async decide(authorizationUrl: URL, redirectUrl: string): Promise<URL> {
    const page = await this.#browser.newPage();
    const isBack = ({ href }: URL) => href.startsWith(redirectUrl);
    // The client's own listener.
    await page.route(isBack, (route) => route.fulfill({ status: 200, body: 'Done.' }));
    await page.goto(authorizationUrl.href);
    await page.fill('input[name="email"]', this.#credentials.email);
    await page.fill('input[name="password"]', this.#credentials.password);
    await page.click('button:not([name])');
    await page.waitForURL(({ pathname }) => pathname.endsWith('/authorize'));
    await page.click('button[name="decision"][value="allow"]');
    await page.waitForURL(isBack);
    return new URL(page.url());
  }
}
