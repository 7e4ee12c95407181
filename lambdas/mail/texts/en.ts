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
    closed: ({ service, organization, until, url }: Told<'organization' | 'until' | 'url'>) => ({
      subject: `${organization} is closed at ${service}`,
      paragraphs: [
        `An administrator has closed ${organization} at ${service}. Its API keys, sessions and apps are refused from now on.`,
        `You can reopen it until ${until}: sign in at ${url} and choose “Reopen”. After that day everything of it is deleted.`,
        'If you did not expect this, reopen it, change your password, and look at who the administrators are.',
      ],
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
