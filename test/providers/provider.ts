import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { IdentityProvider, ProviderSignIn } from '../../lambdas/contract/deployment.ts';
import { answerHttps } from '../support/fake-https.ts';
import { PROVIDER } from '../support/identity-provider.ts';

export const SIGN_IN: ProviderSignIn = {
  id: 'okta',
  label: 'Okta',
  clientId: 'latchkey',
  authentication: 'secret',
  scopes: ['openid', 'email', 'profile'],
  claims: {},
  domains: [],
};

/** A request of ours to the token endpoint. */
export interface Redeemed {
  readonly form: Readonly<Record<string, string>>;
  readonly authorization: string | null;
}

/** An identity provider that answers as a test says, in place of the network. */
export class FakeProvider {
  readonly issuer: string;
  readonly provider: IdentityProvider;
  /** What was asked for, by its URL. */
  readonly asked: string[] = [];
  readonly redeemed: Redeemed[] = [];
  metadata: Record<string, unknown>;
  /** The answer of the token endpoint. */
  answer: (redeemed: Redeemed) => Promise<Response> | Response = () => Response.json({});
  isDown = false;
  /** What an answer waits for. */
  waits: (url: string) => Promise<unknown> = async () => undefined;
  readonly #keys = generateKeyPair('ES256');

  constructor(fields: Partial<IdentityProvider> = {}) {
    this.provider = {
      ...PROVIDER,
      audiences: [],
      linkByEmail: true,
      createUsers: false,
      signIn: SIGN_IN,
      ...fields,
    };
    this.issuer = this.provider.issuer;
    this.metadata = {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize?tenant=x`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/keys`,
    };
  }

  /** Answers every request from now on. */
  serve(): void {
    answerHttps(async ({ url, headers, body }) => {
      this.asked.push(url);
      await this.waits(url);
      if (this.isDown) throw new Error('read ECONNRESET');
      switch (url) {
        case `${this.issuer}/.well-known/openid-configuration`:
          return Response.json(this.metadata);
        case `${this.issuer}/keys`: {
          const jwk = await exportJWK((await this.#keys).publicKey);
          return Response.json({ keys: [{ ...jwk, kid: 'k', alg: 'ES256', use: 'sig' }] });
        }
        case `${this.issuer}/token`: {
          const redeemed = {
            form: Object.fromEntries(new URLSearchParams(body)),
            authorization: headers.get('authorization'),
          };
          this.redeemed.push(redeemed);
          return this.answer(redeemed);
        }
        default:
          return new Response('', { status: 404 });
      }
    });
  }

  /** From now on a code is an ID token with these claims, for the person who came by `location`. */
  gives(location: string, claims: object): void {
    this.answer = async ({ form }) => {
      const challenge = createHash('sha256')
        .update(form.code_verifier ?? '')
        .digest('base64url');
      const { searchParams } = new URL(location);
      if (searchParams.get('code_challenge') !== challenge)
        return Response.json({ error: 'invalid_grant' }, { status: 400 });
      return Response.json({ id_token: await this.sign({ nonce: searchParams.get('nonce'), ...claims }) });
    };
  }

  async sign(claims: object): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.issuer, aud: 'latchkey', sub: 'ada', iat: now, exp: now + 300, ...claims };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .sign((await this.#keys).privateKey);
  }
}
