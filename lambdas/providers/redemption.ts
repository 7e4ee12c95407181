import type { ProviderSignIn } from '../contract/deployment.ts';
import { objectOf } from '../kernel/json.ts';
import { fetchText, noAnswer } from '../people/provider-document.ts';
import type { ProviderMetadata } from './metadata.ts';
import { refused } from './refused.ts';

/** Milliseconds for a provider's token endpoint, which may look for the code in another Region. */
const DEADLINE_MILLISECONDS = 5000;

/** The members of a token endpoint's answer that are read; either may be anything. */
interface TokenAnswer {
  readonly id_token: unknown;
  readonly error: unknown;
}

/** What redeems a code (OpenID Connect Core 1.0, 3.1.3.1). */
export interface Redemption {
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

/**
 * The ID token for a code. Throws `sign_in_refused` for a code that the provider does not take, and `unavailable` where it
 * cannot be asked, or does not know our client: neither is the person's fault.
 *
 * @param secret - by which we prove ourselves; null for a public client
 */
export async function redeemCode(
  { code, verifier, redirectUri }: Redemption,
  { clientId }: Pick<ProviderSignIn, 'clientId'>,
  { tokenUrl, takesBasic }: ProviderMetadata,
  secret: string | null,
): Promise<string> {
  const proof =
    secret === null || !takesBasic
      ? { fields: { client_id: clientId, ...(secret === null ? {} : { client_secret: secret }) } }
      : { authorization: basic(clientId, secret), fields: {} };
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...proof.fields,
  });
  const answer = await fetchText(tokenUrl, {
    form,
    ...(proof.authorization === undefined ? {} : { authorization: proof.authorization }),
    signal: AbortSignal.timeout(DEADLINE_MILLISECONDS),
  }).catch((error: unknown) => {
    throw noAnswer(error);
  });
  const { id_token, error } = objectOf<TokenAnswer>(answer.text) ?? {};
  if (answer.status === 400 && error === 'invalid_grant')
    throw refused('the provider does not take the code');
  // The body may hold tokens, so only the code of an error is told.
  if (answer.status !== 200)
    throw noAnswer(`the token endpoint answered ${answer.status} ${errorCode(error)}`.trim());
  if (typeof id_token !== 'string') throw refused('the provider gave no ID token');
  return id_token;
}

/** RFC 6749, 2.3.1: both are form-encoded first. */
function basic(clientId: string, secret: string): string {
  const encoded = [clientId, secret].map((text) => new URLSearchParams([['', text]]).toString().slice(1));
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
}

/** The code of an error as RFC 6749, 5.2 spells them; empty for any other. */
export function errorCode(error: unknown): string {
  return typeof error === 'string' && /^[\w.-]{1,64}$/.test(error) ? error : '';
}
