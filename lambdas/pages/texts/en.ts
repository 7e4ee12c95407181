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
    unverified: 'Please confirm your e-mail address first, by the link in the mail that we sent you.',
    forgot: 'Forgot your password?',
    resend: 'Send the mail again',
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
  recovery: {
    reset: {
      askTitle: 'Forgot your password?',
      askText: 'Enter your e-mail address. You get a link by which you choose a new password.',
      askSubmit: 'Send the link',
      onItsWay:
        'If there is an account with this address, a link to choose a new password is on its way to it. It works once, for 30 minutes.',
    },
    verify: {
      askTitle: 'Confirm your e-mail address',
      askText: 'Enter your e-mail address. You get the mail with the link once more.',
      askSubmit: 'Send the mail again',
      onItsWay:
        'If there is an account with this address that is not confirmed yet, a mail is on its way to it.',
    },
    noAddress: 'This is not an e-mail address.',
    onItsWayTitle: 'Look at your mail',
    onItsWayText:
      'It takes a minute, or longer where mail is slow: nothing gets lost meanwhile. Look into the spam folder too.',
    again: 'Ask for another one',
    newTitle: 'Choose a new password',
    newPassword: 'New password',
    newHint: 'At least 8 characters; several words are good. You will be signed out everywhere else.',
    newSubmit: 'Change the password',
    short: 'The password must have 8 to 256 characters.',
    weak: 'This password is easy to guess. Choose a longer one, or several words.',
    confirm: {
      verify: {
        title: 'Confirm your e-mail address?',
        text: 'Confirm it only if you have opened an account here, or somebody has opened one for you.',
        submit: 'Confirm the address',
      },
      address: {
        title: 'Use this e-mail address?',
        text: 'You sign in with it from now on. The former address is told.',
        submit: 'Use this address',
      },
      undo: {
        title: 'Take the change back?',
        text: 'You sign in with this address again. You are signed out everywhere, the present password no longer works, and a mail brings you a link to choose a new one.',
        submit: 'Take the change back',
      },
    },
    done: {
      reset: {
        doneTitle: 'Your password is changed',
        doneText: 'You are signed out everywhere. Sign in with the new password.',
      },
      verify: { doneTitle: 'Your address is confirmed', doneText: 'You can close this page.' },
      address: {
        doneTitle: 'Your address is changed',
        doneText: 'Sign in with it from now on.',
      },
      undo: {
        doneTitle: 'The change is taken back',
        doneText: 'A mail with a link to choose a new password is on its way to you.',
      },
    },
    deadTitle: 'This link is not valid',
    deadText: 'It has been used, has expired, or something newer has replaced it.',
    another: 'Ask for another one',
    takenTitle: 'This address is taken',
    takenText: 'There is an account with this address already. Nothing was changed.',
    signIn: 'Sign in',
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
  account: {
    title: 'Your account',
    lead: (email: string, organization: string) => `${email} · ${organization}`,
    signOut: 'Sign out',
    back: 'Back to your account',
    utc: (time: string) => `${time} UTC`,
    done: {
      ended: 'It has ended. Whoever used it has to sign in again.',
      others: 'Everything else has ended. Only this browser is signed in.',
      disconnected: 'The app is disconnected. It can do nothing for you any more.',
      gone: 'That had ended already.',
    },
    sessions: {
      heading: 'Where you are signed in',
      text: 'End what you do not know, and change your password.',
      thisBrowser: 'This browser',
      device: (browser: string, system: string) => `${browser} on ${system}`,
      unknown: 'Unknown program',
      app: (app: string) => `App: ${app}`,
      since: 'Signed in',
      lastUsed: 'Last used',
      from: (address: string) => `from ${address}`,
      end: 'End',
      endNamed: (device: string) => `End ${device}`,
      endOthers: 'End everything but this browser',
    },
    apps: {
      heading: 'Connected apps',
      none: 'You have connected no app.',
      can: 'Can',
      since: 'Connected',
      disconnect: 'Disconnect',
      disconnectNamed: (app: string) => `Disconnect ${app}`,
    },
    data: {
      heading: 'Your data',
      text: 'Everything that is stored about you, as a JSON file. Of a long history there are several files: each names the next one in “next”.',
      download: 'Download your data',
    },
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
