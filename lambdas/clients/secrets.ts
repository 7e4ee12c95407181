import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { StoredClient } from './client-record.ts';

/** A new secret of a client: 256 random bits behind a name that scanners of secrets can look for. */
export function newSecret(prefix: string): string {
  return `${prefix}_client_${randomBytes(32).toString('base64url')}`;
}

/** How a secret is stored: its SHA-256, base64url. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Whether a secret is the client's, or the one before its last rotation while that still works. */
export function holdsSecret(client: StoredClient, secret: string, now: number): boolean {
  const presented = hashSecret(secret);
  const { secretHash, previousSecretHash, previousSecretExpiresAt } = client;
  // Both are compared, so that the time tells nothing of either.
  const isPresent = isSame(secretHash, presented);
  const isPrevious = isSame(previousSecretHash, presented);
  return isPresent || (isPrevious && (previousSecretExpiresAt ?? 0) > now);
}

function isSame(stored: string | null, presented: string): boolean {
  return (
    stored !== null &&
    stored.length === presented.length &&
    timingSafeEqual(Buffer.from(stored), Buffer.from(presented))
  );
}
