export const en = {
  homeTitle: 'Welcome',
  homeLead: (name: string) => `This is the server of ${name}, run by its members for its members.`,
  homeToday: 'Today it keeps your mail; calendars, contacts, files, chat and votes are to follow.',
  homeNew: 'New here? Your co-op sends you a link with which you choose your password.',
  homeTrust: 'Let your devices trust this server',
  signIn: 'Sign in',
  signOut: 'Sign out',
  yourMail: 'Your mail',
  home: 'Home',

  address: 'Address',
  password: 'Password',
  linkTitle: 'Choose your password',
  linkLead: 'This link works once, for this address. Choose the password with which you will sign in.',
  newPassword: 'New password',
  repeatPassword: 'The same once more',
  passwordHint: (min: number) =>
    `At least ${min} characters. A few words are easy to keep in mind and hard to guess.`,
  choose: 'Set password',
  passwordsDiffer: 'The two passwords are not the same. Nothing was changed; type both again.',
  passwordRefused: (min: number) =>
    `This password cannot be used: it needs at least ${min} characters, not more than 1024 bytes, and none that cannot be typed everywhere.`,
  linkGoneTitle: 'This link does not work',
  linkGone:
    'It was used already, is too old, or was not copied whole. If you have a password, sign in with it; else ask your co-op for a new link.',

  signInLead: 'With your address and your password.',
  refusedCredentials: 'Address or password is wrong.',
  refusedDisabled: 'This account is disabled. Your co-op can tell you why.',
  refusedScope: 'This is an app password. Use your own password here.',
  refusedThrottled: (seconds: number) => `Too many attempts. Wait ${seconds} seconds, then try again.`,
  refusedBusy: 'The server is busy. Try again in a moment.',

  mailLead: 'What your mail program asks for. Most programs find it alone, given your address and password.',
  mailClosed: 'This server is not set up for mail programs: its IMAP or submission doors are closed.',
  incoming: 'Incoming mail (IMAP)',
  outgoing: 'Outgoing mail (SMTP)',
  server: 'Server',
  port: 'Port',
  security: 'Security',
  securityTls: 'SSL/TLS',
  securityStarttls: 'STARTTLS',
  userName: 'User name',
  authentication: 'Authentication',
  normalPassword: 'Normal password',
  or: 'or',
  preferred: 'preferred',

  trustTitle: 'Trust this server',
  trustLead:
    'This server made its own certificate authority. Install it once on every device, so that the device can tell this server from an impostor.',
  trustFile: 'Download the authority (ca.crt)',
  trustPem: 'the same as PEM',
  trustCompare: 'Before you trust it, compare its SHA-256 fingerprint with the one your co-op gives you:',
  trustThunderbird:
    'Thunderbird: Settings, Privacy & Security, Certificates, Manage Certificates, Authorities, Import.',
  trustApple:
    'iPhone and iPad: open the file, install it in Settings, then switch it on in General, About, Certificate Trust Settings.',
  trustAndroid:
    'Android: Settings, Security, Encryption & credentials, Install a certificate, CA certificate.',

  appPasswords: 'Passwords for your devices',
  appPasswordLead:
    'Give each phone or program a password of its own. When you lose the device you revoke that one, and keep yours.',
  deviceName: 'Device',
  devicePlaceholder: 'My phone',
  makeAppPassword: 'Make a password',
  appPasswordTitle: 'A password for one device',
  appPasswordShown: (device: string) => `Type it on ${device} now. It is not shown again.`,
  deviceNameRefused: 'A device has a name of 1 to 100 characters, on one line.',
  tooManyAppPasswords: 'You have as many of them as one member may have. Revoke one first.',
  revoke: 'Revoke',
  madeOn: (date: string) => `made on ${date}`,
  appleProfile: 'Profile for iPhone, iPad and Mac',
  appleProfileLead: 'Sets up mail at once; the device asks for a password, best one of those below.',
  back: 'Back to your mail',

  appLoginTitle: 'Let an app in',
  appLoginLead: (device: string) =>
    `“${device}” wants to read and change your files, calendars and contacts. It gets a password of its own, which you can revoke. Go on only if you have just started to sign in there.`,
  appLoginGrant: 'Let it in',
  appLoginDoneTitle: 'Done',
  appLoginDone: (device: string) => `“${device}” is signed in. You can close this page and go back to it.`,
  appLoginGoneTitle: 'This sign-in has ended',
  appLoginGone: 'It took too long, or it was finished already. Start again in the app.',

  notFoundTitle: 'Not found',
  notFound: 'There is no page at this address.',
  methodTitle: 'Not possible here',
  method: 'This address does not take such a request.',
  formTitle: 'The form was not accepted',
  form: 'It was not sent from a page of this server, or that page was too old. Nothing was changed. Open the page again and retry; your browser must accept cookies.',
  formTooLarge: 'It is larger than any form of this server.',
  faultTitle: 'Something went wrong',
  fault: (incident: string) =>
    `This is our fault, not yours. Your co-op finds it in the log under ${incident}.`,
};
