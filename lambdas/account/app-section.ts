import type { Clock } from '../kernel/clock.ts';
import type { App } from '../oauth/app.ts';
import type { AppStore } from '../oauth/consent.ts';
import { accountButton, itemList, shownTime } from '../pages/account-page.ts';
import { html } from '../pages/html.ts';
import { type PageContext, textsOf } from '../pages/page.ts';
import type { AccountSection } from '../signin/account-section.ts';

export interface AppSectionServices {
  readonly apps: Pick<AppStore, 'list'>;
  readonly clock: Clock;
}

/** The apps that act for the person, with what takes that back. */
export const appSection: AccountSection<AppSectionServices> = async (
  { context, signedIn: { userId, csrf } },
  { apps, clock },
) => {
  const { apps: texts } = textsOf(context).account;
  const connected = await apps.list(userId, clock());
  const items = connected.map((app) => ({
    title: appName(app, context),
    lines: [
      ...(app.scopes.length === 0 ? [] : [html`${texts.can} <code>${app.scopes.join(' ')}</code>`]),
      html`${texts.since} ${shownTime(context, app.connectedAt)}`,
    ],
    button: accountButton(context, {
      csrf,
      fields: { action: 'disconnect', id: app.appId },
      label: texts.disconnect,
      name: texts.disconnectNamed(appName(app, context)),
    }),
  }));
  return {
    id: 'apps',
    heading: texts.heading,
    body: items.length === 0 ? html`<p>${texts.none}</p>\n` : itemList(items),
  };
};

/** The name of a connected app: its host, which has been shown, before the name that it gives itself. */
export function appName({ host, name, clientId }: App, context: PageContext): string {
  if (host !== null) return host;
  return name === null ? clientId : textsOf(context).consent.quoted(name);
}
