/** `token` (RFC 9110, 5.6.2) and `cookie-octet` (RFC 6265, 4.1.1): what stands in a header as it is. */
const NAME = /^__Host-[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;
/** Characters that browsers take of a name and its value together (RFC 6265bis, 5.6). */
const MAX_LENGTH = 4096;

export type HostCookieName = `__Host-${string}`;

export interface HostCookieOptions {
  /** Whole seconds until the browser forgets it. @default - when the browser is closed */
  readonly maxAgeSeconds?: number;
  /** With which requests of other sites it is sent. @default Lax: with links only */
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
}

/**
 * A cookie that no script reads, that goes to this host by https alone, and that no other host can have set
 * (RFC 6265bis, 4.1.3.2). Throws for a name or value that cannot stand in a header.
 */
export class HostCookie {
  readonly name: HostCookieName;
  readonly value: string;
  readonly maxAgeSeconds: number | undefined;
  readonly sameSite: 'Strict' | 'Lax' | 'None';

  constructor(
    name: HostCookieName,
    value: string,
    { maxAgeSeconds, sameSite = 'Lax' }: HostCookieOptions = {},
  ) {
    if (!NAME.test(name)) throw new TypeError(`not the name of a __Host- cookie: ${JSON.stringify(name)}`);
    // A value may be a secret, so it is not said.
    if (!VALUE.test(value)) throw new TypeError(`the value of ${name} has characters that a cookie cannot`);
    if (name.length + value.length > MAX_LENGTH) throw new RangeError(`${name} is too long for a cookie`);
    if (maxAgeSeconds !== undefined && !Number.isSafeInteger(maxAgeSeconds))
      throw new RangeError(`the age of ${name} is not a whole number of seconds`);
    this.name = name;
    this.value = value;
    this.maxAgeSeconds = maxAgeSeconds;
    this.sameSite = sameSite;
  }

  /** The header value that makes a browser forget the cookie. */
  static forgotten(name: HostCookieName): HostCookie {
    return new HostCookie(name, '', { maxAgeSeconds: 0 });
  }
}
