import { useState } from 'react';
import { ApiError } from '../api/errors.ts';

/**
 * Sends what must be done only once: its headers make of a repetition after a lost answer the same attempt. What was
 * answered is over, and the next call another one.
 */
export function useAttempt() {
  const [attempt, setAttempt] = useState(() => crypto.randomUUID());
  return async <Outcome>(
    send: (headers: { readonly 'Idempotency-Key': string }) => Promise<Outcome>,
  ): Promise<Outcome> => {
    try {
      return await send({ 'Idempotency-Key': attempt });
    } catch (error) {
      if (error instanceof ApiError) setAttempt(crypto.randomUUID());
      throw error;
    }
  };
}
