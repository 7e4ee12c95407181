import type { App } from '../oauth/app.ts';
import type { AppStore } from '../oauth/consent.ts';
import { accountButton, itemList, type ListedItem, shownTime } from '../pages/account-page.ts';
import { html } from '../pages/html.ts';
import { textsOf } from '../pages/page.ts';
import type { BrowserSignIn } from '../sessions/browser-sign-ins.ts';
import type { OwnSessionsContext } from '../sessions/own-sessions.ts';
import type { SessionView } from '../sessions/session.ts';
import type { AccountSection, AccountVisit } from '../signin/account-section.ts';
import { appName } from './app-section.ts';
import { deviceOf, programOf } from './device-name.ts';

export interface SessionSectionServices {
  readonly ownSessions: OwnSessionsContext;
  readonly apps: Pick<AppStore, 'list'>;
}

/** Browsers and programs in which the person is signed in, with what ends each, and what ends all others. */
export const sessionSection: AccountSection<SessionSectionServices> = async (
  visit,
  { ownSessions: { sessions, signIns, clock }, apps },
) => {
  const { context, signedIn } = visit;
  const { sessions: texts } = textsOf(context).account;
  const { userId, csrf, signInId } = signedIn;
  const [browsers, open, connected] = await Promise.all([
    signIns.ofPerson(userId, clock()),
    sessions.list(userId, clock()),
    apps.list(userId, clock()),
  ]);
  const here = browsers.filter((each) => each.signInId === signInId);
  const elsewhere = browsers.filter((each) => each.signInId !== signInId);
  const others = [
    ...elsewhere.toReversed().map((each) => browserItem(each, visit)),
    ...open.toReversed().map((each) => sessionItem(each, connected, visit)),
  ];
  return {
    id: 'sessions',
    heading: texts.heading,
    body: html`<p>${texts.text}</p>
${itemList([...here.map((each) => browserItem(each, visit)), ...others])}${
  others.length === 0
    ? null
    : accountButton(context, { csrf, fields: { action: 'end-others' }, label: texts.endOthers })
}`,
  };
};

function browserItem(signIn: BrowserSignIn, visit: AccountVisit): ListedItem {
  const { context, signedIn } = visit;
  const { sessions: texts } = textsOf(context).account;
  const title = deviceTitle(signIn.userAgent, visit);
  const isHere = signIn.signInId === signedIn.signInId;
  const from = signIn.address === null ? null : html` ${texts.from(signIn.address)}`;
  return {
    title,
    lines: [
      ...(isHere ? [html`${texts.thisBrowser}`] : []),
      html`${texts.since} ${shownTime(context, signIn.authTime)}${from}`,
    ],
    button: isHere ? null : endButton(signIn.signInId, title, visit),
  };
}

function sessionItem(session: SessionView, apps: readonly App[], visit: AccountVisit): ListedItem {
  const { context } = visit;
  const { sessions: texts } = textsOf(context).account;
  const { sessionId, clientId, userAgent, createdAt, lastUse } = session;
  const app = apps.find((each) => each.clientId === clientId);
  const title =
    clientId === null
      ? deviceTitle(userAgent, visit)
      : texts.app(app === undefined ? clientId : appName(app, context));
  return {
    title,
    lines: [
      html`${texts.since} ${shownTime(context, createdAt)}`,
      ...(lastUse === null
        ? []
        : [html`${texts.lastUsed} ${shownTime(context, lastUse.at)} ${texts.from(lastUse.address)}`]),
    ],
    button: endButton(sessionId, title, visit),
  };
}

function endButton(id: string, title: string, { context, signedIn: { csrf } }: AccountVisit) {
  const { sessions: texts } = textsOf(context).account;
  const fields = { action: 'end', id };
  return accountButton(context, { csrf, fields, label: texts.end, name: texts.endNamed(title) });
}

function deviceTitle(userAgent: string | null, { context }: AccountVisit): string {
  const { sessions: texts } = textsOf(context).account;
  const device = deviceOf(userAgent ?? '');
  if (device !== undefined) return texts.device(device.browser, device.system);
  return programOf(userAgent ?? '') ?? texts.unknown;
}
