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
    factorAdded: ({ service }) => ({
      subject: `Zweiter Schritt für ${service} eingerichtet`,
      paragraphs: [
        `Für die Anmeldung bei Ihrem Konto bei ${service} wurde ein zweiter Schritt eingerichtet: eine Authenticator-App oder ein Passkey.`,
        'Wenn Sie das nicht waren, melden Sie sich an, entfernen Sie ihn unter „Sicherheit der Anmeldung“ und ändern Sie sofort Ihr Passwort.',
      ],
    }),
    factorRemoved: ({ service }) => ({
      subject: `Zweiter Schritt bei ${service} entfernt`,
      paragraphs: [
        `Eine Authenticator-App oder ein Passkey wurde aus Ihrem Konto bei ${service} entfernt.`,
        'Wenn Sie das nicht waren, melden Sie sich an, richten Sie unter „Sicherheit der Anmeldung“ einen neuen ein und ändern Sie sofort Ihr Passwort.',
      ],
    }),
    recoveryCodesRenewed: ({ service }) => ({
      subject: `Neue Wiederherstellungscodes für ${service}`,
      paragraphs: [
        `Für Ihr Konto bei ${service} wurden neue Wiederherstellungscodes erzeugt. Die alten gelten nicht mehr.`,
        'Wenn Sie das nicht waren, melden Sie sich an, erzeugen Sie unter „Sicherheit der Anmeldung“ neue und ändern Sie sofort Ihr Passwort.',
      ],
    }),
    factorsReset: ({ service }) => ({
      subject: `Ihre zweiten Schritte bei ${service} wurden entfernt`,
      paragraphs: [
        `Ein Administrator hat alle Authenticator-Apps, Passkeys und Wiederherstellungscodes aus Ihrem Konto bei ${service} entfernt, wie es für jemanden geschieht, der sie verloren hat.`,
        'Wenn Sie nicht darum gebeten haben, sagen Sie es sofort Ihrem Administrator und ändern Sie Ihr Passwort.',
      ],
    }),
    invitation: ({ service, tenant, inviter, days }) => ({
      subject: `Einladung zu ${service}`,
      paragraphs: [
        `${inviter} lädt Sie ein, „${tenant}“ bei ${service} beizutreten. Wenn Sie annehmen möchten, wählen Sie innerhalb ${days === '1' ? 'eines Tages' : `von ${days} Tagen`} einen Namen und ein Passwort. Der Link gilt einmal.`,
        'Wenn Sie den Absender nicht kennen, tun Sie nichts: Ohne Sie wird kein Konto eröffnet.',
      ],
      button: 'Einladung annehmen',
    }),
    closed: ({ service, organization, until, url }) => ({
      subject: `${organization} ist bei ${service} geschlossen`,
      paragraphs: [
        `Ein Administrator hat ${organization} bei ${service} geschlossen. API-Schlüssel, Sitzungen und Apps werden ab jetzt abgewiesen.`,
        `Bis zum ${until} können Sie die Organisation wieder öffnen: Melden Sie sich unter ${url} an und wählen Sie „Wieder öffnen“. Danach wird alles gelöscht, was zu ihr gehört.`,
        'Wenn Sie das nicht erwartet haben, öffnen Sie sie wieder, ändern Sie Ihr Passwort, und sehen Sie nach, wer die Administratoren sind.',
      ],
    }),
    'password-changed': ({ service }) => ({
      subject: `Ihr Passwort für ${service} wurde geändert`,
      paragraphs: [
        'Ihr Passwort wurde soeben geändert. Wo Sie sonst angemeldet waren, müssen Sie sich neu anmelden.',
        'Wenn Sie das nicht waren, hat jemand Zugang zu Ihrem Konto: Wählen Sie sofort ein neues Passwort, über „Passwort vergessen?“ auf der Anmeldeseite, und sagen Sie Ihrem Administrator Bescheid.',
      ],
    }),
    'reset-by-administrator': ({ service }) => ({
      subject: `Neues Passwort für ${service}`,
      paragraphs: [
        `Ein Administrator hat Ihr Passwort für ${service} zurückgesetzt. Das alte gilt nicht mehr, und Sie wurden überall abgemeldet.`,
        'Wählen Sie innerhalb von 30 Minuten ein neues. Danach schickt Ihnen „Passwort vergessen?“ auf der Anmeldeseite einen weiteren Link.',
      ],
      button: 'Neues Passwort wählen',
    }),
    address: ({ service, from }) => ({
      subject: `Bestätigen Sie Ihre neue E-Mail-Adresse für ${service}`,
      paragraphs: [
        `${from} möchte für ${service} künftig diese Adresse verwenden. Wenn Sie das sind, bestätigen Sie sie innerhalb von 24 Stunden.`,
        'Wenn nicht, tun Sie nichts: Ohne Sie wird die Adresse nicht verwendet.',
      ],
      button: 'Diese Adresse verwenden',
    }),
    'address-asked': ({ service, to }) => ({
      subject: `Ihre E-Mail-Adresse für ${service} soll geändert werden`,
      paragraphs: [
        `Jemand, der als Sie angemeldet ist, möchte für ${service} statt dieser Adresse ${to} verwenden. Sie ändert sich, sobald die neue bestätigt ist.`,
        'Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort, über „Passwort vergessen?“ auf der Anmeldeseite, und sagen Sie Ihrem Administrator Bescheid.',
      ],
    }),
    'address-changed': ({ service, to }) => ({
      subject: `Ihre E-Mail-Adresse für ${service} wurde geändert`,
      paragraphs: [
        `Sie melden sich bei ${service} jetzt mit ${to} an. Diese Adresse wird nicht mehr verwendet.`,
        'Wenn Sie das nicht waren, machen Sie die Änderung innerhalb von 7 Tagen rückgängig. Sie werden überall abgemeldet und wählen ein neues Passwort.',
      ],
      button: 'Änderung rückgängig machen',
    }),
  },
  copy: 'Oder kopieren Sie diese Adresse in Ihren Browser:',
  footer: ({ service }) =>
    `${service} sendet Ihnen diese Mail, weil sie Ihr Konto betrifft. Antworten werden nicht gelesen.`,
};
