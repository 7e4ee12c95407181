/** The paths of what pages load. */
export const STYLESHEET_PATH = '/pages.css';
export const PASSKEY_SCRIPT_PATH = '/passkeys.js';
export const LOGO_PATH = '/logo.svg';
