/** Algorithms that may sign access tokens (RFC 7518, 3.1; RFC 8037, 3.1). */
export const ALGORITHMS = ['ES256', 'EdDSA', 'RS256', 'HS256'] as const;

export type Algorithm = (typeof ALGORITHMS)[number];
