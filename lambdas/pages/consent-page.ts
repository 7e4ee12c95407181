import type { Html } from '../kernel/results.ts';
import { CSRF_FIELD, hiddenFields } from './form.ts';
import { html, type Markup } from './html.ts';
import { type PageContext, page, textsOf } from './page.ts';

/** A client as people see it: by what has been shown of it, never by the name that it gives itself alone. */
export interface ShownClient {
  /** As it calls itself; null for none. */
  readonly name: string | null;
  /** Whether an administrator of the tenant has registered it, and so vouches for the name. */
  readonly isVouchedFor: boolean;
  /** The host of its id, which is the URL of its metadata document; null where the id is no URL. */
  readonly host: string | null;
  /** Where the browser goes afterwards: the host, or the scheme of an app such as `cursor://`; null for a device. */
  readonly redirectHost: string | null;
  /** Whether it can be redirected to this computer only, where any program can stand in for it. */
  readonly isLoopbackOnly: boolean;
}

export interface ConsentPage {
  readonly client: ShownClient;
  /** Who is signed in. */
  readonly email: string;
  /** What is asked for, in the owner's words. */
  readonly scopes: readonly { readonly name: string; readonly description: string }[];
  /** Those that may be chosen; of one nothing is asked. */
  readonly workspaces: readonly { readonly id: string; readonly name: string }[];
  /** The one that is chosen to begin with. */
  readonly workspaceId: string;
  /** The path that takes the decision: fields `decision` (`allow` or `deny`), `workspace_id`, `csrf` and the parameters. */
  readonly action: '/authorize' | '/device';
  /** Fields that the form carries along. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly csrf: string;
  /** The path for who wants to be somebody else: `signInPath(…)`. */
  readonly switchAccountPath: string;
  /** The code that the device shows, where one is connected. */
  readonly userCode?: string;
}

/** Asks a person whether an app may act for them. */
export function consentPage(context: PageContext, content: ConsentPage): Html {
  const { consent: texts } = textsOf(context);
  const { client, email, scopes, action, parameters, csrf, switchAccountPath, userCode } = content;
  const about = [
    userCode === undefined ? null : fact(texts.code, html`<strong class="code">${userCode}</strong>`),
    client.redirectHost === null ? null : fact(texts.goesTo, html`${client.redirectHost}`),
    fact(texts.account, html`${email}`),
  ].filter((each) => each !== null);
  return page(context, {
    title: texts.title(nameOf(client, texts)),
    ...leadOf(client, texts),
    body: html`<dl class="facts">
${about}</dl>
${warning(userCode !== undefined ? texts.codeWarning : client.isLoopbackOnly ? texts.loopback : null)}<form method="post" action="${context.base}${action}">
${hiddenFields({ ...parameters, [CSRF_FIELD]: csrf })}${scopeList(scopes, texts)}${workspaceChoice(content, texts.workspace)}<div class="actions">
<button name="decision" value="allow">${texts.allow}</button>
<button name="decision" value="deny" class="quiet">${texts.deny}</button>
</div>
</form>
<p class="aside"><a href="${context.base}${switchAccountPath}">${texts.notYou}</a></p>`,
  });
}

type ConsentTexts = ReturnType<typeof textsOf>['consent'];

/** What the client has shown: its host. One without is named by the name that it gives itself, in quotes. */
function nameOf({ name, host, isVouchedFor }: ShownClient, texts: ConsentTexts): string {
  if (isVouchedFor && name !== null) return name;
  return host ?? (name === null ? texts.unnamed : texts.quoted(name));
}

function leadOf({ name, host, isVouchedFor }: ShownClient, texts: ConsentTexts): { lead?: string } {
  if (isVouchedFor) return {};
  return { lead: host !== null && name !== null ? texts.callsItself(name) : texts.unverified };
}

function fact(term: string, description: Markup): Markup {
  return html`<div><dt>${term}</dt><dd>${description}</dd></div>\n`;
}

function warning(text: string | null): Markup | null {
  return text === null ? null : html`<p class="warning">${text}</p>\n`;
}

function scopeList(scopes: ConsentPage['scopes'], texts: ConsentTexts): Markup {
  if (scopes.length === 0) return html`<p>${texts.noScopes}</p>\n`;
  const items = scopes.map(({ name, description }) => html`<li>${description} <code>${name}</code></li>\n`);
  return html`<h2 id="scopes">${texts.scopes}</h2>
<ul class="scopes" aria-labelledby="scopes">
${items}</ul>
`;
}

function workspaceChoice({ workspaces, workspaceId }: ConsentPage, label: string): Markup {
  if (workspaces.length < 2) return html`${hiddenFields({ workspace_id: workspaceId })}`;
  const options = workspaces.map(({ id, name }) =>
    id === workspaceId
      ? html`<option value="${id}" selected>${name}</option>\n`
      : html`<option value="${id}">${name}</option>\n`,
  );
  return html`<label for="workspace">${label}</label>
<select id="workspace" name="workspace_id">
${options}</select>
`;
}
