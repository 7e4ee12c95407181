import { createPublicKey } from 'node:crypto';
import * as z from 'zod';
import { plainText } from '../kernel/fields.ts';
import { AUTHENTICATION_METHODS } from './client.ts';
import { MAX_REDIRECTS, redirectObjection } from './redirects.ts';

/** Public keys that a client may have. */
const MAX_KEYS = 5;

/** Members that only a private or symmetric key has (RFC 7518, 6). */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Characters that have no width or turn the direction of a text: one name could be shown as another. */
const DECEPTIVE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/u;

/** The name of a client as people will read it. */
export const clientName = plainText(100).refine(
  (name) => !DECEPTIVE.test(name),
  'must not contain characters without width, or that turn the direction of the text',
);

export const redirectUri = z.string().superRefine((uri, context) => {
  const message = redirectObjection(uri);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export const redirectUris = z
  .array(redirectUri)
  .min(1)
  .max(MAX_REDIRECTS)
  .refine((uris) => new Set(uris).size === uris.length, 'must not name a redirect twice')
  .describe(
    'https, http for localhost, 127.0.0.1 and [::1] with any port, or the scheme of an app. They match to the letter.',
  );

export const authenticationMethod = z
  .enum(AUTHENTICATION_METHODS, `must be one of ${AUTHENTICATION_METHODS.join(', ')}`)
  .describe('How the client proves who it is at the token endpoint.');

const publicKey = z
  .looseObject({ kty: z.enum(['EC', 'RSA', 'OKP'], 'must be EC, RSA or OKP') })
  .refine((jwk) => {
    if (SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return false;
    try {
      return createPublicKey({ key: jwk, format: 'jwk' }).type === 'public';
    } catch {
      return false;
    }
  }, 'must be a public key (RFC 7517), without its private part');

/** The public keys of a client that signs assertions (RFC 7517, 5); other members of the set are left out. */
export const jwks = z
  .object({ keys: z.array(publicKey).min(1).max(MAX_KEYS) })
  .describe(`At most ${MAX_KEYS} public keys.`);

export type PublicKeySet = z.output<typeof jwks>;
