import { providerLimit, type SourceStore, takeFromSource } from '../attempts/source.ts';
import type { PlacedOrigin } from '../audit/entries.ts';
import type { IdentityProvider, ProviderSignIn } from '../contract/deployment.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import { destinationOf, type IdentityContext } from '../people/identities.ts';
import { providerAuthentication } from '../people/provider-authentication.ts';
import type { ProviderDocument } from '../people/provider-document.ts';
import type { ProviderKeys } from '../people/provider-keys.ts';
import { type SignInContext, signInAs } from '../signin/sign-ins.ts';
import { FLOW_SECONDS, type FlowStore, hashOf, newState, nonceOf, verifierOf } from './flows.ts';
import { idTokens, type VerifyIdToken } from './id-token.ts';
import { keysBy, type ProviderMetadata, providerMetadata } from './metadata.ts';
import { errorCode, redeemCode } from './redemption.ts';
import { refused } from './refused.ts';

/** A provider by which people sign in with a browser. */
export interface SignInProvider {
  readonly issuer: string;
  readonly signIn: ProviderSignIn;
  readonly metadata: Pick<ProviderDocument<ProviderMetadata>, 'present'>;
  readonly keys: Pick<ProviderKeys, 'present'>;
  readonly verify: VerifyIdToken;
  /** Reads the secret by which we prove ourselves; null for a public client. */
  readonly secret: (() => Promise<string>) | null;
}

export interface ProviderSignInContext extends IdentityContext {
  readonly providers: ReadonlyMap<string, SignInProvider>;
  readonly flows: FlowStore;
  readonly signIns: SignInContext['signIns'];
  readonly sources: SourceStore;
  /** The API's public URL, below which providers lead back. */
  readonly url: string;
  readonly clock: Clock;
}

/** The providers of a deployment, by their ids. `secretOf` gives the reader of a provider's client secret. */
export function signInProviders(
  providers: readonly IdentityProvider[],
  secretOf: (id: string) => () => Promise<string>,
): ReadonlyMap<string, SignInProvider> {
  const all = providers.flatMap((provider) => {
    const { issuer, signIn } = provider;
    if (signIn === null) return [];
    const metadata = providerMetadata(provider);
    const keys = keysBy(metadata, provider);
    return [
      {
        issuer,
        signIn,
        metadata,
        keys,
        verify: idTokens(provider, signIn, keys),
        secret: signIn.authentication === 'none' ? null : secretOf(signIn.id),
      },
    ];
  });
  return new Map(all.map((provider) => [provider.signIn.id, provider]));
}

/** Throws `not_found`. */
export function findProvider(
  id: string,
  { providers }: Pick<ProviderSignInContext, 'providers'>,
): SignInProvider {
  const provider = providers.get(id);
  if (provider === undefined) throw new Problem('not_found');
  return provider;
}

/** A sign-in as a browser asks for it. */
export interface Beginning {
  /** The secret in the browser's cookie. */
  readonly secret: string;
  readonly goesTo: string | null;
  readonly uiLocales: string | null;
  /** The address that the person has entered. */
  readonly loginHint: string | null;
  /** Whether the provider is to ask anew who it is, whoever is signed in there. */
  readonly asksAnew: boolean;
}

/** Begins a sign-in: gives the URL of the provider to go to. Throws `unavailable`, `rate_limited`. */
export async function beginSignIn(
  { issuer: _, signIn, metadata }: SignInProvider,
  { secret, goesTo, uiLocales, loginHint, asksAnew }: Beginning,
  from: PlacedOrigin,
  { sources, flows, url, clock }: ProviderSignInContext,
): Promise<string> {
  const now = clock();
  await takeFromSource(sources, from.address, providerLimit, now);
  const { authorizationUrl } = await metadata.present();
  const state = newState();
  const flow = { providerId: signIn.id, browser: hashOf(secret), goesTo, uiLocales };
  await flows.begin(hashOf(state), { ...flow, expiresAt: now + FLOW_SECONDS });
  const location = new URL(authorizationUrl);
  const parameters = {
    response_type: 'code',
    client_id: signIn.clientId,
    redirect_uri: redirectUriOf(signIn, url),
    scope: signIn.scopes.join(' '),
    state,
    nonce: nonceOf(secret, state),
    code_challenge: hashOf(verifierOf(secret, state)),
    code_challenge_method: 'S256',
    ...(loginHint === null ? {} : { login_hint: loginHint }),
    ...(uiLocales === null ? {} : { ui_locales: uiLocales }),
    ...(asksAnew ? { prompt: 'login' } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
  return location.href;
}

/** What a provider sends a browser back with (OpenID Connect Core 1.0, 3.1.2.5 and 3.1.2.6; RFC 9207, 2). */
export interface ProviderAnswer {
  readonly state?: string | undefined;
  readonly code?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
}

/** A browser that has come back to a flow of its own. */
export interface Return {
  readonly answer: ProviderAnswer & { readonly state: string };
  /** The secret in its cookie. */
  readonly secret: string;
}

/** The flow that a browser comes back to. Throws `stale_form` for one that is not of this browser and provider, or over. */
export async function resumeFlow(
  { signIn }: SignInProvider,
  { state }: ProviderAnswer,
  secret: string,
  { flows, clock }: ProviderSignInContext,
) {
  const browser = { providerId: signIn.id, browser: hashOf(secret) };
  const flow = state === undefined ? undefined : await flows.take(hashOf(state), browser, clock());
  if (state === undefined || flow === undefined) throw new Problem('stale_form');
  return { ...flow, state };
}

/**
 * Signs in whom the provider's answer to a flow speaks of, which ends what the browser was signed in as. Gives the secret
 * that it has from now on. Throws `access_denied` for who has not gone through with it, `sign_in_refused` in the same words
 * whatever the reason, and `unavailable`.
 */
export async function completeSignIn(
  provider: SignInProvider,
  { answer, secret }: Return,
  from: PlacedOrigin,
  context: ProviderSignInContext,
): Promise<string> {
  // Settled, as nothing that is asked for may outlast the request, and each failure is told when it is its turn.
  const [found, read] = await Promise.allSettled([
    provider.metadata.present(),
    answer.code === undefined ? null : (provider.secret?.() ?? null),
  ]);
  const metadata = settledValue(found);
  requireOwnAnswer(answer, provider.issuer, metadata);
  const code = requireCode(answer);
  const ourSecret = settledValue(read);
  const [redeemed] = await Promise.allSettled([
    redeemCode(
      {
        code,
        verifier: verifierOf(secret, answer.state),
        redirectUri: redirectUriOf(provider.signIn, context.url),
      },
      provider.signIn,
      metadata,
      ourSecret,
    ),
    provider.keys.present(),
  ]);
  const proof = await provider.verify(settledValue(redeemed), nonceOf(secret, answer.state));
  try {
    const { workspaceIds, findPerson } = await destinationOf(proof, from, context);
    const entry = {
      user: await findPerson(),
      workspaceId: workspaceIds[0],
      authentication: providerAuthentication(proof, context.clock()),
    };
    return await signInAs(entry, secret, from, context);
  } catch (error) {
    const isRefusal =
      error instanceof Problem &&
      ['invalid_subject_token', 'suspended_tenant', 'conflicting_state'].includes(error.code);
    throw isRefusal ? refused(error.cause ?? error.message) : error;
  }
}

function settledValue<Value>(settled: PromiseSettledResult<Value>): Value {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

/** An answer of another issuer must not reach this one's token endpoint, nor its code ours (RFC 9207, 2.4: mix-up). */
function requireOwnAnswer({ iss }: ProviderAnswer, issuer: string, { saysIssuer }: ProviderMetadata): void {
  if (iss === undefined ? saysIssuer : iss !== issuer) throw refused('the answer is of another issuer');
}

function requireCode({ code, error }: ProviderAnswer): string {
  if (error === 'access_denied') throw new Problem('access_denied', { cause: 'the provider says so' });
  if (error === 'temporarily_unavailable' || error === 'server_error')
    throw new Problem('unavailable', { cause: `the provider answered ${error}` });
  if (error !== undefined) throw refused(`the provider answered ${errorCode(error) || 'an error'}`);
  if (code === undefined) throw refused('the provider answered no code');
  return code;
}

/** Another for each provider, so that an answer cannot be taken for another's (RFC 9700, 4.4.2.2). */
function redirectUriOf({ id }: Pick<ProviderSignIn, 'id'>, url: string): string {
  return `${url}/sign-in/${id}`;
}
