/** What a token of a login says. It is read, not verified: that is the server's to do. */
export interface Claims {
  readonly sub?: string;
  readonly tid?: string;
  readonly wid?: string;
  readonly scope?: string;
  /** Unix seconds. */
  readonly exp?: number;
}

/** The claims of a JWT; none of what is no JWT. */
export function claimsOf(token: string): Claims {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
  } catch {
    return {};
  }
}

/** When a JWT expires, in milliseconds since 1970; 0 where it does not say. */
export function expiryOf(token: string): number {
  return (claimsOf(token).exp ?? 0) * 1000;
}
