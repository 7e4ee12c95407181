import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { KeyAndCertificate } from '../../test/support/certificate.ts';

/** What it calls this API in tokens that are exchanged, and in ID tokens. */
export const AUDIENCE = 'api';
export const CLIENT_ID = 'latchkey';

/** Somebody who has an account there. */
export interface Subject {
  readonly sub: string;
  /** The tenant that they come to. */
  readonly org: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

export interface IdentityProvider {
  readonly issuer: string;
  /** A token for the API. */
  token(subject: Subject): Promise<string>;
  /** Has somebody sign in, with a browser that was led to this URL. Gives the one that it is led back to. */
  signIn(location: string, subject: Subject): string;
  stop(): void;
}

/**
 * Starts an identity provider behind TLS: its metadata, its keys, and a token endpoint that holds codes to their PKCE
 * (RFC 7636, 4.6) and takes any secret.
 */
export async function startIdentityProvider(certificate: KeyAndCertificate): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'RS256', use: 'sig' }] };
  const flows = new Map<string, { readonly asked: URLSearchParams; readonly subject: Subject }>();
  const server = createServer(certificate, (request, response) => void respond(request, response));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const issuer = `https://localhost:${(server.address() as AddressInfo).port}`;

  const sign = ({ sub, ...claims }: Subject & { readonly nonce?: string }, audience: string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'a' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = await answer(request.url ?? '', new URLSearchParams(await text(request)));
    response
      .writeHead('error' in found ? 400 : 200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(found));
  }

  async function answer(path: string, form: URLSearchParams): Promise<object> {
    switch (path) {
      case '/.well-known/openid-configuration':
        return {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          authorization_response_iss_parameter_supported: true,
        };
      case '/jwks':
        return jwks;
      case '/token':
        return redeem(form);
      default:
        return { error: 'not_found' };
    }
  }

  async function redeem(form: URLSearchParams): Promise<object> {
    const code = form.get('code') ?? '';
    const flow = flows.get(code);
    flows.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (flow?.asked.get('code_challenge') !== challenge) return { error: 'invalid_grant' };
    const { asked, subject } = flow;
    const idToken = await sign({ ...subject, nonce: asked.get('nonce') ?? '' }, CLIENT_ID);
    return { access_token: randomUUID(), token_type: 'Bearer', id_token: idToken };
  }

  return {
    issuer,
    token: (subject) => sign(subject, AUDIENCE),
    signIn(location, subject) {
      const asked = new URL(location).searchParams;
      const code = randomUUID();
      flows.set(code, { asked, subject });
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.search = `${new URLSearchParams({ code, state: asked.get('state') ?? '', iss: issuer })}`;
      return back.href;
    },
    stop: () => server.close(),
  };
}
