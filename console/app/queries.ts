import { QueryClient } from '@tanstack/react-query';
import { ApiError, Unreachable } from '../api/errors.ts';

const MAX_ATTEMPTS = 3;

/** Whether a call may have another outcome when it is repeated. */
function mayPass(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}

/** A wait that is longer is said, and not waited for. */
const MAX_WAIT_SECONDS = 5;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) =>
        failures < MAX_ATTEMPTS &&
        mayPass(error) &&
        !(error instanceof ApiError && (error.retryAfterSeconds ?? 0) > MAX_WAIT_SECONDS),
      retryDelay: (failures, error) =>
        1000 * ((error instanceof ApiError ? error.retryAfterSeconds : undefined) ?? 0.5 * 2 ** failures),
    },
    mutations: { networkMode: 'always' },
  },
});
