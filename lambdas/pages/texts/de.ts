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
    unverified:
      'Bitte bestätigen Sie zuerst Ihre E-Mail-Adresse, über den Link in der Mail, die Sie erhalten haben.',
    forgot: 'Passwort vergessen?',
    resend: 'Mail noch einmal senden',
    signedInAs: (email) => `Sie sind als ${email} angemeldet. Melden Sie sich erneut an, um fortzufahren.`,
    or: 'oder',
    continueWith: (provider) => `Weiter mit ${provider}`,
    cancelled: (provider) =>
      `Sie haben sich nicht mit ${provider} angemeldet. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.`,
    providerDown: (provider) =>
      `Die Anmeldung mit ${provider} geht gerade nicht. Bitte versuchen Sie es gleich noch einmal.`,
    providerRefused: (provider) =>
      `Ihr Konto bei ${provider} hat hier keinen Zugang. Bitte wenden Sie sich an den Administrator Ihrer Organisation, oder nehmen Sie ein anderes Konto.`,
    with: (provider) => `Mit ${provider} anmelden`,
    required: (domain, provider) => `Wer eine Adresse bei ${domain} hat, meldet sich mit ${provider} an.`,
    anotherAddress: 'Andere Adresse verwenden',
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
  recovery: {
    reset: {
      askTitle: 'Passwort vergessen?',
      askText:
        'Geben Sie Ihre E-Mail-Adresse ein. Sie erhalten einen Link, über den Sie ein neues Passwort wählen.',
      askSubmit: 'Link senden',
      onItsWay:
        'Wenn es zu dieser Adresse ein Konto gibt, ist ein Link für ein neues Passwort dorthin unterwegs. Er gilt einmal, 30 Minuten lang.',
    },
    verify: {
      askTitle: 'E-Mail-Adresse bestätigen',
      askText: 'Geben Sie Ihre E-Mail-Adresse ein. Sie erhalten die Mail mit dem Link noch einmal.',
      askSubmit: 'Mail noch einmal senden',
      onItsWay:
        'Wenn es zu dieser Adresse ein Konto gibt, das noch nicht bestätigt ist, ist eine Mail dorthin unterwegs.',
    },
    noAddress: 'Das ist keine E-Mail-Adresse.',
    onItsWayTitle: 'Sehen Sie in Ihre Mails',
    onItsWayText:
      'Es dauert eine Minute, oder länger, wenn die Post langsam ist: Verloren geht dabei nichts. Sehen Sie auch in den Spam-Ordner.',
    again: 'Noch einmal anfordern',
    newTitle: 'Neues Passwort wählen',
    newPassword: 'Neues Passwort',
    newHint: 'Mindestens 8 Zeichen; mehrere Wörter sind gut. Überall sonst werden Sie abgemeldet.',
    newSubmit: 'Passwort ändern',
    short: 'Das Passwort muss 8 bis 256 Zeichen haben.',
    weak: 'Dieses Passwort ist leicht zu erraten. Wählen Sie ein längeres oder mehrere Wörter.',
    confirm: {
      verify: {
        title: 'E-Mail-Adresse bestätigen?',
        text: 'Bestätigen Sie sie nur, wenn Sie hier ein Konto eröffnet haben oder jemand eines für Sie eröffnet hat.',
        submit: 'Adresse bestätigen',
      },
      address: {
        title: 'Diese E-Mail-Adresse verwenden?',
        text: 'Sie melden sich künftig mit ihr an. An die bisherige Adresse geht eine Mitteilung.',
        submit: 'Diese Adresse verwenden',
      },
      undo: {
        title: 'Änderung rückgängig machen?',
        text: 'Sie melden sich wieder mit dieser Adresse an. Sie werden überall abgemeldet, das jetzige Passwort gilt nicht mehr, und eine Mail bringt Ihnen einen Link für ein neues.',
        submit: 'Änderung rückgängig machen',
      },
    },
    done: {
      reset: {
        doneTitle: 'Ihr Passwort ist geändert',
        doneText: 'Sie sind überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.',
      },
      verify: { doneTitle: 'Ihre Adresse ist bestätigt', doneText: 'Sie können diese Seite schließen.' },
      address: {
        doneTitle: 'Ihre Adresse ist geändert',
        doneText: 'Melden Sie sich künftig mit ihr an.',
      },
      undo: {
        doneTitle: 'Die Änderung ist rückgängig gemacht',
        doneText: 'Eine Mail mit einem Link für ein neues Passwort ist zu Ihnen unterwegs.',
      },
    },
    deadTitle: 'Dieser Link gilt nicht',
    deadText: 'Er wurde schon benutzt, ist abgelaufen, oder etwas Neueres hat ihn ersetzt.',
    another: 'Noch einmal anfordern',
    takenTitle: 'Diese Adresse ist vergeben',
    takenText: 'Zu dieser Adresse gibt es schon ein Konto. Nichts wurde geändert.',
    signIn: 'Anmelden',
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
  account: {
    title: 'Ihr Konto',
    lead: (email, organization) => `${email} · ${organization}`,
    signOut: 'Abmelden',
    back: 'Zurück zu Ihrem Konto',
    utc: (time) => `${time} UTC`,
    done: {
      ended: 'Beendet. Wer das benutzt hat, muss sich neu anmelden.',
      others: 'Alles andere ist beendet. Nur dieser Browser ist noch angemeldet.',
      disconnected: 'Die App ist getrennt. Sie kann nichts mehr für Sie tun.',
      gone: 'Das war schon beendet.',
    },
    sessions: {
      heading: 'Wo Sie angemeldet sind',
      text: 'Beenden Sie, was Sie nicht kennen, und ändern Sie Ihr Passwort.',
      thisBrowser: 'Dieser Browser',
      device: (browser, system) => `${browser} unter ${system}`,
      unknown: 'Unbekanntes Programm',
      app: (app) => `App: ${app}`,
      since: 'Angemeldet',
      lastUsed: 'Zuletzt benutzt',
      from: (address) => `von ${address}`,
      end: 'Beenden',
      endNamed: (device) => `${device} beenden`,
      endOthers: 'Alles außer diesem Browser beenden',
    },
    apps: {
      heading: 'Verbundene Apps',
      none: 'Sie haben keine App verbunden.',
      can: 'Darf',
      since: 'Verbunden',
      disconnect: 'Trennen',
      disconnectNamed: (app) => `${app} trennen`,
    },
    data: {
      heading: 'Ihre Daten',
      text: 'Alles, was über Sie gespeichert ist, als JSON-Datei. Bei einer langen Geschichte sind es mehrere Dateien: Jede nennt die nächste in „next“.',
      download: 'Daten herunterladen',
    },
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
  invitation: {
    title: (tenant) => `${tenant} beitreten`,
    lead: (service) => `bei ${service}`,
    email: 'Ihre Adresse',
    name: 'Ihr Name',
    password: 'Passwort wählen',
    hint: 'Mindestens 8 Zeichen, und nicht leicht zu erraten.',
    provider: (provider) => `Sie melden sich mit ${provider} an und brauchen hier kein Passwort.`,
    submit: 'Einladung annehmen',
    noName: 'Geben Sie Ihren Namen ein, mit 1 bis 100 Zeichen.',
    short: 'Das Passwort muss mindestens 8 Zeichen haben.',
    weak: 'Dieses Passwort ist leicht zu erraten. Wählen Sie ein anderes.',
    signIn: 'Anmelden',
    outcomes: {
      accepted: {
        title: 'Willkommen',
        text: 'Ihr Konto ist eröffnet. Melden Sie sich mit Ihrer Adresse an.',
      },
      dead: {
        title: 'Diese Einladung gilt nicht',
        text: 'Sie wurde angenommen oder zurückgenommen, sie ist abgelaufen, oder eine neuere Mail hat sie ersetzt. Bitten Sie um eine neue.',
      },
      taken: {
        title: 'Zu dieser Adresse gibt es ein Konto',
        text: 'Ein Konto gehört zu einer Organisation. Melden Sie sich an, oder bitten Sie um eine Einladung an eine andere Adresse.',
      },
      full: {
        title: 'Die Organisation ist voll',
        text: 'Sie hat so viele Personen, wie sie haben kann. Fragen Sie, wer Sie eingeladen hat; der Link gilt, bis er abläuft.',
      },
      suspended: {
        title: 'Der Zugang der Organisation ist gesperrt',
        text: 'Bitte wenden Sie sich an deren Administrator. Der Link gilt, bis er abläuft.',
      },
    },
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
