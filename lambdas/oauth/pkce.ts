import { createHash, timingSafeEqual } from 'node:crypto';

/** RFC 7636, 4.2: a SHA-256 in base64url. */
export const CODE_CHALLENGE = /^[\w-]{43}$/;

/** RFC 7636, 4.1. */
export const CODE_VERIFIER = /^[\w\-.~]{43,128}$/;

/** Whether a verifier is that of a challenge (RFC 7636, 4.6, S256). */
export function isVerifierOf(verifier: string, challenge: string): boolean {
  if (!CODE_VERIFIER.test(verifier)) return false;
  const [made, wanted] = [
    createHash('sha256').update(verifier).digest(),
    Buffer.from(challenge, 'base64url'),
  ];
  return made.length === wanted.length && timingSafeEqual(made, wanted);
}
