/** The paths of what pages load. */
export const STYLESHEET_PATH = '/pages.css';
export const PASSKEY_SCRIPT_PATH = '/passkeys.js';
export const LOGO_PATH = '/logo.svg';

/** The page that the link of an invitation opens. */
export const INVITATION_PATH = '/accept-invitation';

/** The page on which people set up and remove second factors. */
export const FACTORS_PATH = '/factors';

/** The paths of the pages that links of mails open, and on which people ask for such a mail. */
export const RESET_PASSWORD_PATH = '/reset-password';
export const CONFIRM_PATH = '/confirm';

/** A path of ours with its parameters, where it has any. */
export function withQuery(path: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(parameters);
  return query.size === 0 ? path : `${path}?${query}`;
}
