import type { Texts } from './en.ts';

/** The texts of the pages in German. */
export const de: Texts = {
  signIn: {
    title: 'Anmelden',
    lead: (service) => `um mit ${service} fortzufahren`,
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    submit: 'Anmelden',
    wrong: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
    suspended:
      'Der Zugang Ihrer Organisation ist gesperrt. Bitte wenden Sie sich an deren Administrator oder an uns.',
    expired: 'Dieses Formular war abgelaufen. Bitte melden Sie sich noch einmal an.',
    signedInAs: (email) => `Sie sind als ${email} angemeldet. Melden Sie sich erneut an, um fortzufahren.`,
    or: 'oder',
    continueWith: (provider) => `Weiter mit ${provider}`,
    cancelled: (provider) =>
      `Sie haben sich nicht mit ${provider} angemeldet. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.`,
    providerDown: (provider) =>
      `Die Anmeldung mit ${provider} geht gerade nicht. Bitte versuchen Sie es gleich noch einmal.`,
    providerRefused: (provider) =>
      `${provider} lässt Sie hier nicht ein. Bitte wenden Sie sich an den Administrator Ihrer Organisation, oder melden Sie sich mit einem anderen Konto an.`,
    with: (provider) => `Mit ${provider} anmelden`,
    required: (domain, provider) => `Wer eine Adresse bei ${domain} hat, meldet sich mit ${provider} an.`,
    anotherAddress: 'Andere Adresse verwenden',
  },
  signedIn: {
    title: 'Sie sind angemeldet',
    lead: (email) => `als ${email}`,
    text: 'Apps, die Sie verbinden, bitten hier um Ihre Erlaubnis.',
  },
  signOut: {
    title: 'Abmelden?',
    text: 'Sie müssen danach Ihr Passwort wieder eingeben. Verbundene Apps bleiben verbunden.',
    submit: 'Abmelden',
    doneTitle: 'Sie sind abgemeldet',
    doneText: 'Sie können diese Seite schließen.',
    again: 'Wieder anmelden',
  },
  consent: {
    title: (app) => `Darf ${app} auf Ihr Konto zugreifen?`,
    unnamed: 'eine App ohne Namen',
    quoted: (name) => `„${name}“`,
    callsItself: (name) => `Die App nennt sich „${name}“. Niemand hat diesen Namen geprüft.`,
    unverified: 'Niemand hat geprüft, wer hinter dieser App steht.',
    goesTo: 'Danach geht es zu',
    account: 'Konto',
    workspace: 'Arbeitsbereich',
    scopes: 'Die App darf dann',
    noScopes: 'Die App erfährt nur, wer Sie sind.',
    loopback:
      'Diese App läuft auf Ihrem eigenen Rechner. Erlauben Sie den Zugriff nur, wenn Sie sie gerade selbst gestartet haben: Jedes Programm auf diesem Rechner kann sich für sie ausgeben.',
    code: 'Code auf dem Gerät',
    codeWarning: 'Erlauben Sie den Zugriff nur, wenn das Gerät vor Ihnen diesen Code zeigt.',
    allow: 'Erlauben',
    deny: 'Ablehnen',
    notYou: 'Anderes Konto verwenden',
  },
  device: {
    title: 'Gerät verbinden',
    lead: 'Geben Sie den Code ein, den das Gerät oder das Programm anzeigt.',
    code: 'Code',
    submit: 'Weiter',
    unknown: 'Dieser Code gilt nicht oder nicht mehr. Den aktuellen zeigt das Gerät.',
    allowedTitle: 'Das Gerät ist verbunden',
    allowedText: 'Sie können diese Seite schließen und dort weitermachen.',
    deniedTitle: 'Das Gerät wurde nicht verbunden',
    deniedText: 'Es hat keinen Zugriff auf Ihr Konto. Sie können diese Seite schließen.',
  },
  goOn: {
    title: 'Einen Augenblick',
    text: (host) => `Sie werden zu ${host} weitergeleitet.`,
    app: (scheme) => `der App, die ${scheme} öffnet,`,
    link: 'Weiter',
    close: 'Wenn sich eine App geöffnet hat, können Sie diese Seite schließen.',
  },
  problem: {
    title: 'Das hat nicht geklappt',
    text: 'Der Link, der Sie hierher geführt hat, ist falsch oder unvollständig. Gehen Sie zur App zurück und versuchen Sie es noch einmal.',
    notFoundTitle: 'Hier ist nichts',
    notFoundText: 'Prüfen Sie die Adresse, oder gehen Sie zu der App zurück, die Sie hierher geführt hat.',
    expiredTitle: 'Die Seite ist abgelaufen',
    expiredText: 'Gehen Sie zur App zurück und beginnen Sie von vorn.',
    tooManyTitle: 'Zu viele Versuche',
    tooManyText: (seconds) =>
      seconds < 90
        ? `Warten Sie ${seconds} Sekunden und versuchen Sie es dann noch einmal.`
        : `Warten Sie ${Math.ceil(seconds / 60)} Minuten und versuchen Sie es dann noch einmal.`,
    failedTitle: 'Etwas ist schiefgegangen',
    failedText: 'Das liegt an uns, nicht an Ihnen. Bitte versuchen Sie es gleich noch einmal.',
    details: 'Einzelheiten für die Entwickler der App',
    reference: 'Kennung',
  },
};
