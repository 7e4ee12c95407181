/** The paths of what pages load. */
export const STYLESHEET_PATH = '/pages.css';
export const LOGO_PATH = '/logo.svg';

/** The page that the link of an invitation opens. */
export const INVITATION_PATH = '/accept-invitation';
