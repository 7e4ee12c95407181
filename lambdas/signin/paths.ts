import { FACTORS_PATH, withQuery } from '../pages/paths.ts';

/** Our own pages that a sign-in may lead to. */
const CONTINUE_PATHS = ['/authorize', '/device', '/account', FACTORS_PATH, '/console/account'];

/** RFC 3986, 3.4: the characters of a query. */
const QUERY = /^[\w\-.~:/?@!$&'()*+,;=%]*$/;

/** The path that asks a person to sign in and then goes on to `continueAt`: a path of ours with its query. */
export function signInPath(continueAt?: string): string {
  return withQuery('/sign-in', continueAt === undefined ? {} : { continue: continueAt });
}

/**
 * The path to go on to after a sign-in, if it is one of ours to the letter; else undefined. A list and no pattern: what
 * a browser makes of `//host`, `/\host` or dot segments need not be known.
 */
export function continuePath(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const [path = '', ...query] = given.split('?');
  return CONTINUE_PATHS.includes(path) && QUERY.test(query.join('?')) ? given : undefined;
}
