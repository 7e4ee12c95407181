import type { Texts } from './en.ts';

/** Die Texte der Mails auf Deutsch. */
export const de: Texts = {
  mails: {
    verify: ({ service }) => ({
      subject: `Bestätigen Sie Ihre E-Mail-Adresse für ${service}`,
      paragraphs: [
        `Jemand hat mit dieser Adresse ein Konto bei ${service} eröffnet. Wenn Sie das waren, bestätigen Sie die Adresse innerhalb von 7 Tagen.`,
        'Wenn nicht, tun Sie nichts: Ohne Sie wird die Adresse nicht bestätigt.',
      ],
      button: 'Adresse bestätigen',
    }),
    reset: ({ service }) => ({
      subject: `Neues Passwort für ${service}`,
      paragraphs: [
        `Jemand möchte ein neues Passwort für Ihr Konto bei ${service} setzen. Wenn Sie das sind, wählen Sie es innerhalb von 30 Minuten. Der Link gilt einmal.`,
        'Wenn nicht, tun Sie nichts: Ihr Passwort bleibt, wie es ist.',
      ],
      button: 'Neues Passwort wählen',
    }),
    closed: ({ service, organization, until, url }) => ({
      subject: `${organization} ist bei ${service} geschlossen`,
      paragraphs: [
        `Ein Administrator hat ${organization} bei ${service} geschlossen. API-Schlüssel, Sitzungen und Apps werden ab jetzt abgewiesen.`,
        `Bis zum ${until} können Sie die Organisation wieder öffnen: Melden Sie sich unter ${url} an und wählen Sie „Wieder öffnen“. Danach wird alles gelöscht, was zu ihr gehört.`,
        'Wenn Sie das nicht erwartet haben, öffnen Sie sie wieder, ändern Sie Ihr Passwort, und sehen Sie nach, wer die Administratoren sind.',
      ],
    }),
  },
  copy: 'Oder kopieren Sie diese Adresse in Ihren Browser:',
  footer: ({ service }) =>
    `${service} sendet Ihnen diese Mail, weil sie Ihr Konto betrifft. Antworten werden nicht gelesen.`,
};
