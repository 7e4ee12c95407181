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
    passkey: 'Mit Passkey anmelden',
    or: 'oder',
    signedInAs: (email) => `Sie sind als ${email} angemeldet. Melden Sie sich erneut an, um fortzufahren.`,
  },
  factor: {
    title: 'Zweiter Schritt',
    codeLead: 'Geben Sie den Code ein, den Ihre Authenticator-App gerade zeigt.',
    recoveryLead: 'Geben Sie einen der Wiederherstellungscodes ein, die Sie aufbewahrt haben.',
    code: 'Code',
    recoveryCode: 'Wiederherstellungscode',
    codeHint: 'Ohne Ihre App geben Sie einen Ihrer Wiederherstellungscodes ein.',
    recoveryHint: 'Jeder Code gilt einmal.',
    submit: 'Weiter',
    wrongCode:
      'Der Code ist falsch oder wurde schon benutzt. Warten Sie auf den nächsten und versuchen Sie es noch einmal.',
    wrongPasskey:
      'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Weg.',
    passkeyTitle: 'Passkey verwenden',
    passkeyLead: 'Bestätigen Sie mit Finger, Gesicht, PIN oder Sicherheitsschlüssel, dass Sie es sind.',
    passkeyAloneLead: 'Melden Sie sich mit Finger, Gesicht, PIN oder Sicherheitsschlüssel an.',
    usePasskey: 'Passkey verwenden',
    withPassword: 'Mit Passwort anmelden',
    other: { code: 'Code eingeben', passkey: 'Passkey verwenden' },
  },
  passkey: {
    noScript:
      'Passkeys brauchen JavaScript, das in diesem Browser abgeschaltet ist. Schalten Sie es für diese Seite ein, oder gehen Sie zurück und nehmen Sie einen anderen Weg.',
    failed:
      'Das hat nicht geklappt oder wurde abgebrochen. Versuchen Sie es noch einmal oder nehmen Sie einen anderen Weg.',
    known: 'Dieses Gerät hat schon einen Passkey für Ihr Konto.',
    unsupported:
      'Dieser Browser kennt keine Passkeys. Nehmen Sie einen anderen Browser oder einen anderen Weg.',
  },
  factors: {
    title: 'Sicherheit der Anmeldung',
    lead: (email) => `von ${email}`,
    requiredTitle: 'Schützen Sie Ihr Konto',
    requiredLead:
      'Ihre Organisation verlangt bei der Anmeldung einen zweiten Schritt. Richten Sie ihn ein, um fortzufahren.',
    none: 'Ein zweiter Schritt schützt Ihr Konto, wenn jemand Ihr Passwort erfährt.',
    app: 'Authenticator-App',
    added: (date) => `Hinzugefügt am ${date}`,
    used: (date) => `Zuletzt benutzt am ${date}`,
    backedUp: 'synchronisiert',
    remove: 'Entfernen',
    removeNamed: (name) => `${name} entfernen`,
    addApp: 'Authenticator-App einrichten',
    replaceApp: 'Andere Authenticator-App einrichten',
    addPasskey: 'Passkey hinzufügen',
    recoveryTitle: 'Wiederherstellungscodes',
    recoveryLeft: (left) =>
      left === 1
        ? 'Ein Code ist übrig. Erzeugen Sie neue.'
        : `${left} Codes sind übrig für den Fall, dass Sie Ihr Gerät verlieren.`,
    renewCodes: 'Neue Codes erzeugen',
    appTitle: 'Authenticator-App einrichten',
    appLead: 'Scannen Sie den Code mit einer App wie Google Authenticator, 1Password oder Aegis.',
    qrCode: 'QR-Code für Ihre Authenticator-App',
    cannotScan: 'Sie können ihn nicht scannen?',
    typeSecret: 'Geben Sie diesen Schlüssel in der App ein, für zeitbasierte Codes:',
    firstCode: 'Code, den die App zeigt',
    confirm: 'Bestätigen',
    cancel: 'Abbrechen',
    passkeyTitle: 'Passkey hinzufügen',
    passkeyLead:
      'Ihr Gerät fragt nach Finger, Gesicht oder PIN. Danach können Sie sich so auch ohne Passwort anmelden.',
    name: 'Name',
    nameExample: 'Mein Gerät',
    makePasskey: 'Passkey erzeugen',
    codesTitle: 'Bewahren Sie Ihre Wiederherstellungscodes auf',
    codesLead: 'Mit jedem kommen Sie einmal hinein, wenn Sie Ihr Gerät verloren haben.',
    codesWarning:
      'Sie sehen sie nur jetzt. Drucken Sie sie aus oder legen Sie sie in einen Passwort-Manager.',
    codesSaved: 'Ich habe sie aufbewahrt',
    lastStays:
      'Der letzte bleibt: Ihre Organisation verlangt einen zweiten Schritt. Richten Sie erst einen anderen ein.',
    tooMany: 'Mehr Passkeys gibt es nicht. Entfernen Sie erst einen.',
    otherDomain:
      'Passkeys können hier im Moment nicht verwendet werden. Bitte melden Sie das dem Support dieses Dienstes.',
    expired: 'Das hat zu lange gedauert. Bitte fangen Sie noch einmal an.',
  },
  signedIn: {
    title: 'Sie sind angemeldet',
    lead: (email) => `als ${email}`,
    text: 'Apps, die Sie verbinden, bitten hier um Ihre Erlaubnis.',
    factors: 'Sicherheit der Anmeldung',
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
