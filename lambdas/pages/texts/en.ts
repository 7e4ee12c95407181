/** The texts of the pages in English. Another language has the same fields: its file, and a line in `languages.ts`. */
export const en = {
  signIn: {
    title: 'Sign in',
    lead: (service: string) => `to continue to ${service}`,
    email: 'E-mail address',
    password: 'Password',
    submit: 'Sign in',
    wrong: 'The e-mail address or the password is wrong.',
    suspended: 'Your organization’s access is suspended. Please ask its administrator or our support.',
    expired: 'This form had expired. Please sign in again.',
    signedInAs: (email: string) => `You are signed in as ${email}. Sign in again to continue.`,
    or: 'or',
    continueWith: (provider: string) => `Continue with ${provider}`,
    cancelled: (provider: string) =>
      `You have not signed in with ${provider}. Try again, or choose another way.`,
    providerDown: (provider: string) =>
      `Signing in with ${provider} does not work right now. Please try again in a moment.`,
    providerRefused: (provider: string) =>
      `${provider} does not let you in here. Please ask your organization’s administrator, or sign in with another account.`,
    with: (provider: string) => `Sign in with ${provider}`,
    required: (domain: string, provider: string) =>
      `People with an address at ${domain} sign in with ${provider}.`,
    anotherAddress: 'Use another address',
  },
  signedIn: {
    title: 'You are signed in',
    lead: (email: string) => `as ${email}`,
    text: 'Apps that you connect will ask for your permission here.',
  },
  signOut: {
    title: 'Sign out?',
    text: 'You will have to enter your password again. Apps that you have connected stay connected.',
    submit: 'Sign out',
    doneTitle: 'You are signed out',
    doneText: 'You can close this page.',
    again: 'Sign in again',
  },
  consent: {
    title: (app: string) => `Allow ${app} to access your account?`,
    unnamed: 'an app without a name',
    quoted: (name: string) => `“${name}”`,
    callsItself: (name: string) => `The app calls itself “${name}”. Nobody has checked this name.`,
    unverified: 'Nobody has checked who is behind this app.',
    goesTo: 'You go back to',
    account: 'Account',
    workspace: 'Workspace',
    scopes: 'It will be able to',
    noScopes: 'It will only learn who you are.',
    loopback:
      'This app runs on your own computer. Allow it only if you have just started it yourself: any program on this computer can pretend to be it.',
    code: 'Code on the device',
    codeWarning: 'Allow it only if the device in front of you shows this code.',
    allow: 'Allow',
    deny: 'Deny',
    notYou: 'Use another account',
  },
  device: {
    title: 'Connect a device',
    lead: 'Enter the code that the device or the program shows.',
    code: 'Code',
    submit: 'Continue',
    unknown: 'This code is not valid, or no longer. Look at the device for the present one.',
    allowedTitle: 'The device is connected',
    allowedText: 'You can close this page and go on there.',
    deniedTitle: 'The device was not connected',
    deniedText: 'It has no access to your account. You can close this page.',
  },
  goOn: {
    title: 'Just a moment',
    text: (host: string) => `You are on your way to ${host}.`,
    app: (scheme: string) => `the app that opens ${scheme}`,
    link: 'Continue',
    close: 'If an app has opened, you can close this page.',
  },
  problem: {
    title: 'That did not work',
    text: 'The link that brought you here is wrong or incomplete. Go back to the app and try again.',
    notFoundTitle: 'There is nothing here',
    notFoundText: 'Check the address, or go back to the app that brought you here.',
    expiredTitle: 'The page has expired',
    expiredText: 'Go back to the app and begin again.',
    tooManyTitle: 'Too many attempts',
    tooManyText: (seconds: number) =>
      seconds < 90
        ? `Wait ${seconds} seconds, then try again.`
        : `Wait ${Math.ceil(seconds / 60)} minutes, then try again.`,
    failedTitle: 'Something went wrong',
    failedText: 'It is our fault, not yours. Please try again in a moment.',
    details: 'Details for the app’s developers',
    reference: 'Reference',
  },
};

/** Every text of the pages, in one language. */
export type Texts = typeof en;
