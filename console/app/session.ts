import { observed } from './observed.ts';
import { basePath, consolePath } from './settings.ts';

/**
 * The session of the console. The refresh token is in a cookie that no script reads; the access token is here, in memory,
 * and nowhere else. Tabs take turns to renew, and tell each other what they were given.
 */
export type SessionState = 'starting' | 'signed in' | 'signed out' | 'failed';

interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

type Message = { readonly kind: 'token'; readonly token: Token } | { readonly kind: 'signed out' };

/** Renewed so long before its end that no request that is under way meets it. */
const MARGIN_MS = 30_000;

const LOCK = `latchkey-console${basePath}`;
const RETURN_TO = `latchkey-console-return${basePath}`;

const state = observed<SessionState>('starting');
let token: Token | undefined;
const channel = new BroadcastChannel(LOCK);

channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.kind === 'signed out') become('signed out');
  else {
    token = data.token;
    become('signed in');
  }
});

function become(next: SessionState): void {
  if (next !== 'signed in') token = undefined;
  state.set(next);
}

export const useSessionState = state.use;

/** Thrown where nobody is signed in any more: the sign-in is on its way. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
}

/** An access token that is good for now. Throws `SignedOut`. */
export async function accessToken(): Promise<string> {
  if (token !== undefined && Date.now() < token.expiresAt - MARGIN_MS) return token.value;
  return renew(token?.value);
}

/** Renews the access token, unless another tab has done so since `stale` was given. Throws `SignedOut`. */
export function renew(stale: string | undefined): Promise<string> {
  return navigator.locks.request(LOCK, async () => {
    if (token !== undefined && token.value !== stale) return token.value;
    const { session } = await ask<{ session: Granted | null }>('PUT', '/console/session');
    if (session === null) {
      token = undefined;
      void signIn();
      throw new SignedOut();
    }
    return take(session);
  });
}

interface Granted {
  readonly access_token: string;
  readonly expires_in: number;
}

function take({ access_token: value, expires_in: seconds }: Granted): string {
  token = { value, expiresAt: Date.now() + seconds * 1000 };
  channel.postMessage({ kind: 'token', token } satisfies Message);
  become('signed in');
  return value;
}

/** Begins: with the answer of a sign-in, or with the session that the browser has. */
export async function start(): Promise<void> {
  const query = new URLSearchParams(location.search);
  try {
    if (location.pathname === `${consolePath}/callback`) await finishSignIn(query);
    else await renew(undefined);
  } catch (error) {
    if (!(error instanceof SignedOut)) become('failed');
  }
}

/** Tries again after a failure. */
export async function restart(): Promise<void> {
  become('starting');
  await start();
}

async function finishSignIn(query: URLSearchParams): Promise<void> {
  const [code, answered] = [query.get('code'), query.get('state')];
  // Out of the URL and the history before anything else.
  history.replaceState(null, '', returnTo());
  if (code === null || answered === null) return become('failed');
  try {
    take(await ask<Granted>('POST', '/console/session', { code, state: answered }));
  } catch {
    // Another tab may have signed in meanwhile, with a sign-in of its own.
    const { session } = await ask<{ session: Granted | null }>('PUT', '/console/session');
    if (session === null) become('failed');
    else take(session);
  }
}

function returnTo(): string {
  const path = sessionStorage.getItem(RETURN_TO);
  sessionStorage.removeItem(RETURN_TO);
  return path?.startsWith(`${consolePath}/`) ? path : `${consolePath}/`;
}

/**
 * Leads to the sign-in, and back to where the person is. Who signed in longer ago than `maxAgeSeconds` is asked again:
 * for a call that is refused with `reauthentication_required`.
 */
export async function signIn(maxAgeSeconds?: number): Promise<void> {
  const { pathname, search, hash } = location;
  if (pathname !== `${consolePath}/callback`) sessionStorage.setItem(RETURN_TO, pathname + search + hash);
  const languages = navigator.languages.join(' ').slice(0, 256);
  try {
    const begun = await ask<{ location: string }>('POST', '/console/sign-in', {
      ui_locales: languages,
      ...(maxAgeSeconds !== undefined && { max_age: maxAgeSeconds }),
    });
    location.assign(begun.location);
  } catch {
    become('failed');
  }
}

/** Ends the session, here and in every tab. */
export async function signOut(): Promise<void> {
  await ask('DELETE', '/console/session');
  channel.postMessage({ kind: 'signed out' } satisfies Message);
  become('signed out');
}

async function ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(basePath + path, {
    method,
    headers: {
      'X-Latchkey-Console': '1',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    cache: 'no-store',
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.status === 204 ? (undefined as Answer) : response.json();
}
