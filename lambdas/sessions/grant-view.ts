import * as z from 'zod';
import type { Grant } from './grants.ts';

export const grantView = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().describe('Seconds.'),
    refresh_token: z.string().optional().describe('Absent where the profile knows none. Shown only now.'),
  })
  .meta({ id: 'Grant' });

/** A grant as RFC 6749, 5.1 has it. */
export function viewGrant({
  accessToken,
  expiresInSeconds,
  refreshToken,
}: Grant): z.output<typeof grantView> {
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: expiresInSeconds,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
  };
}
