import * as z from 'zod';
import type { Cors } from '../contract/cors.ts';
import { invalidField } from '../kernel/problem.ts';

/** Origins of a tenant: its products are few, and every authorizer holds them. */
const MAX_ORIGINS = 20;

/** An origin as browsers send it (RFC 6454, 6.2): https, or http on the developer's own machine, without a default port. */
const ORIGIN =
  /^(https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)*(?!:443$)(:\d{1,5})?|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?!:80$)(:\d{1,5})?)$/;

/** The origins whose pages may use embed tokens, each once. */
export const embedOrigins = z
  .array(
    z
      .string()
      .max(255)
      .regex(
        ORIGIN,
        'must be an origin such as https://app.example.com: https (or http://localhost), in small letters, without a path',
      ),
  )
  .max(MAX_ORIGINS)
  .transform((origins) => [...new Set(origins)])
  .describe('The origins whose pages may use embed tokens; replaced as a whole, and empty for none.');

/** Refuses origins to which this deployment answers no page. Throws `invalid_field`. */
export function requireAnswered(
  origins: readonly string[],
  { allowedOrigins }: Pick<Cors, 'allowedOrigins'>,
): readonly string[] {
  const foreign = origins.find((origin) => !allowedOrigins.includes('*') && !allowedOrigins.includes(origin));
  if (foreign === undefined) return origins;
  throw invalidField(
    'embed_origins',
    `must be some of ${allowedOrigins.join(', ')}: this service answers pages of no other origin`,
  );
}
