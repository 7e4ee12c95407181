import * as z from 'zod';

export const newPassword = z
  .string()
  .meta({ format: 'password' })
  .min(8, 'must have at least 8 characters')
  .max(256, 'must have at most 256 characters')
  .describe('8 to 256 characters; any, spaces too. Not one that is easy to guess: the error says why.');
