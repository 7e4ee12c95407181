/** The texts of a mail: its subject, its paragraphs, and what its button says, if it carries a link. */
export interface MailText {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly button?: string;
}

/** What a text tells: the service's name, and the facts of the mail by their names. */
export type Told<Fact extends string = never> = Readonly<Record<'service' | Fact, string>>;

/** The texts of the mails in English. Another language is a file beside this one and a line in `index.ts`. */
export const en = {
  mails: {
    verify: ({ service }: Told) => ({
      subject: `Confirm your e-mail address for ${service}`,
      paragraphs: [
        `Somebody opened an account at ${service} with this address. If it was you, confirm the address within 7 days.`,
        'If it was not you, do nothing: the address is not confirmed without you.',
      ],
      button: 'Confirm the address',
    }),
    reset: ({ service }: Told) => ({
      subject: `Choose a new password for ${service}`,
      paragraphs: [
        `Somebody asked for a new password for your account at ${service}. If it was you, choose one within 30 minutes. The link works once.`,
        'If it was not you, do nothing: your password stays as it is.',
      ],
      button: 'Choose a new password',
    }),
    factorAdded: ({ service }: Told) => ({
      subject: `A second step was set up for ${service}`,
      paragraphs: [
        `A second step was set up for signing in to your account at ${service}: an authenticator app or a passkey.`,
        'If it was not you, sign in, remove it under “Sign-in security”, and change your password at once.',
      ],
    }),
    factorRemoved: ({ service }: Told) => ({
      subject: `A second step was removed at ${service}`,
      paragraphs: [
        `An authenticator app or a passkey was removed from your account at ${service}.`,
        'If it was not you, sign in, set up a new one under “Sign-in security”, and change your password at once.',
      ],
    }),
    recoveryCodesRenewed: ({ service }: Told) => ({
      subject: `New recovery codes for ${service}`,
      paragraphs: [
        `New recovery codes were made for your account at ${service}. The old ones no longer work.`,
        'If it was not you, sign in, make new ones under “Sign-in security”, and change your password at once.',
      ],
    }),
    factorsReset: ({ service }: Told) => ({
      subject: `Your second steps at ${service} were removed`,
      paragraphs: [
        `An administrator has removed all authenticator apps, passkeys and recovery codes from your account at ${service}, as it is done for who has lost them.`,
        'If you did not ask for it, tell your administrator at once, and change your password.',
      ],
    }),
    invitation: ({ service, tenant, inviter, days }: Told<'tenant' | 'inviter' | 'days'>) => ({
      subject: `You are invited to ${service}`,
      paragraphs: [
        `${inviter} invites you to join “${tenant}” at ${service}. To accept, choose a name and a password within ${days === '1' ? 'a day' : `${days} days`}. The link works once.`,
        'If you do not know the sender, do nothing: no account is opened without you.',
      ],
      button: 'Accept the invitation',
    }),
    closed: ({ service, organization, until, url }: Told<'organization' | 'until' | 'url'>) => ({
      subject: `${organization} is closed at ${service}`,
      paragraphs: [
        `An administrator has closed ${organization} at ${service}. Its API keys, sessions and apps are refused from now on.`,
        `You can reopen it until ${until}: sign in at ${url} and choose “Reopen”. After that day everything of it is deleted.`,
        'If you did not expect this, reopen it, change your password, and look at who the administrators are.',
      ],
    }),
    'password-changed': ({ service }: Told) => ({
      subject: `Your password for ${service} was changed`,
      paragraphs: [
        'Your password was changed just now. Wherever else you were signed in, you have to sign in again.',
        'If it was not you, somebody has access to your account: choose a new password at once, by “Forgot your password?” on the sign-in page, and tell your administrator.',
      ],
    }),
    'reset-by-administrator': ({ service }: Told) => ({
      subject: `Choose a new password for ${service}`,
      paragraphs: [
        `An administrator has reset your password for ${service}. The old one no longer works, and you were signed out everywhere.`,
        'Choose a new one within 30 minutes. Later, “Forgot your password?” on the sign-in page sends you another link.',
      ],
      button: 'Choose a new password',
    }),
    address: ({ service, from }: Told<'from'>) => ({
      subject: `Confirm your new e-mail address for ${service}`,
      paragraphs: [
        `${from} wants to use this address for ${service} from now on. If that is you, confirm it within 24 hours.`,
        'If it is not you, do nothing: the address is not used without you.',
      ],
      button: 'Use this address',
    }),
    'address-asked': ({ service, to }: Told<'to'>) => ({
      subject: `Your e-mail address for ${service} is about to change`,
      paragraphs: [
        `Somebody who is signed in as you wants to use ${to} for ${service} instead of this address. It changes when the new address is confirmed.`,
        'If it was not you, choose a new password at once, by “Forgot your password?” on the sign-in page, and tell your administrator.',
      ],
    }),
    'address-changed': ({ service, to }: Told<'to'>) => ({
      subject: `Your e-mail address for ${service} was changed`,
      paragraphs: [
        `You now sign in to ${service} with ${to}. This address is no longer used.`,
        'If it was not you, take the change back within 7 days. You will be signed out everywhere, and choose a new password.',
      ],
      button: 'Take the change back',
    }),
  },
  /** Below the button, for programs that show none. */
  copy: 'Or copy this address into your browser:',
  /** At the end of every mail. */
  footer: ({ service }: Told) =>
    `${service} sends this mail because it concerns your account. Nobody reads answers to it.`,
} satisfies {
  readonly mails: Readonly<Record<string, (told: never) => MailText>>;
  readonly copy: string;
  readonly footer: (told: Told) => string;
};

/** Every text of the mails, in one language. */
export type Texts = typeof en;
