/** Segments of `pchar`s (RFC 3986, 3.3) but for `;`, which begins parameters that servlet containers cut off. */
const PATH = /^(?:\/(?:[\w.~!$&'()*+,=:@-]|%[\da-f]{2})*)+$/i;

/** Escapes of unreserved characters: some readers decode them, and so read another path (RFC 3986, 6.2.2.2). */
const NEEDLESS_ESCAPE = /%(?:2[de]|5f|3\d|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])/i;

/**
 * No decoded segment holds what would make a reader that decodes first see another path, or is or ends in dots or a
 * blank, which some resolve and others trim.
 */
const MISREAD = /[/\\%;?#\p{Cc}]|[. ]$/u;

/** What a path must be, for who sent another. */
export const UNAMBIGUOUS_PATH =
  'The path must be of characters that RFC 3986 lets stand in one, and of escapes of UTF-8 that need to be; ' +
  'not of encoded slashes, empty segments, semicolons, or segments that end in a dot or blank.';

/** Whether all servers read a path alike: what is checked is then what the upstream sees. */
export function isUnambiguousPath(path: string): boolean {
  const segments = path.slice(1).split('/');
  // A slash at the end makes the one segment that may be empty.
  const areNamed = segments.every((segment, index) => segment !== '' || index === segments.length - 1);
  return PATH.test(path) && !NEEDLESS_ESCAPE.test(path) && areNamed && segments.every(isReadAlike);
}

function isReadAlike(segment: string): boolean {
  try {
    return !MISREAD.test(decodeURIComponent(segment));
  } catch {
    // Escapes that are no UTF-8.
    return false;
  }
}
