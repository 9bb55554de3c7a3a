import type { Messages } from './index.ts';

export const fr: Messages = {
  homeTitle: 'Bienvenue',
  homeLead: (name) => `Voici le serveur de ${name}, tenu par ses membres, pour ses membres.`,
  homeToday:
    'Il garde aujourd’hui votre courrier ; agendas, contacts, fichiers, messagerie et votes suivront.',
  homeNew: 'Vous arrivez ? Votre coopérative vous envoie un lien pour choisir votre mot de passe.',
  homeTrust: 'Faire reconnaître ce serveur par vos appareils',
  signIn: 'Se connecter',
  signOut: 'Se déconnecter',
  yourMail: 'Votre courrier',
  home: 'Accueil',

  address: 'Adresse',
  password: 'Mot de passe',
  linkTitle: 'Choisissez votre mot de passe',
  linkLead: 'Ce lien sert une seule fois, pour cette adresse. Choisissez le mot de passe de vos connexions.',
  newPassword: 'Nouveau mot de passe',
  repeatPassword: 'Le même, encore une fois',
  passwordHint: (min) =>
    `Au moins ${min} caractères. Quelques mots se retiennent facilement et se devinent difficilement.`,
  choose: 'Enregistrer le mot de passe',
  passwordsDiffer: 'Les deux mots de passe diffèrent. Rien n’a été changé ; saisissez-les de nouveau.',
  passwordRefused: (min) =>
    `Ce mot de passe ne convient pas : il faut au moins ${min} caractères, pas plus de 1024 octets, et aucun qu’on ne puisse taper partout.`,
  linkGoneTitle: 'Ce lien ne fonctionne pas',
  linkGone:
    'Il a déjà servi, il est trop ancien, ou il n’a pas été copié en entier. Si vous avez un mot de passe, connectez-vous ; sinon demandez un nouveau lien à votre coopérative.',

  signInLead: 'Avec votre adresse et votre mot de passe.',
  refusedCredentials: 'Adresse ou mot de passe incorrect.',
  refusedDisabled: 'Ce compte est désactivé. Votre coopérative vous dira pourquoi.',
  refusedScope: 'C’est un mot de passe d’application. Utilisez ici votre propre mot de passe.',
  refusedThrottled: (seconds) => `Trop de tentatives. Attendez ${seconds} secondes avant de réessayer.`,
  refusedBusy: 'Le serveur est occupé. Réessayez dans un instant.',

  mailLead:
    'Ce que demande votre logiciel de courrier. La plupart le trouvent seuls, avec votre adresse et votre mot de passe.',
  mailClosed:
    'Ce serveur n’est pas ouvert aux logiciels de courrier : ses portes IMAP ou d’envoi sont fermées.',
  incoming: 'Courrier entrant (IMAP)',
  outgoing: 'Courrier sortant (SMTP)',
  server: 'Serveur',
  port: 'Port',
  security: 'Sécurité',
  securityTls: 'SSL/TLS',
  securityStarttls: 'STARTTLS',
  userName: 'Nom d’utilisateur',
  authentication: 'Authentification',
  normalPassword: 'Mot de passe normal',
  or: 'ou',
  preferred: 'à préférer',

  trustTitle: 'Reconnaître ce serveur',
  trustLead:
    'Ce serveur a créé sa propre autorité de certification. Installez-la une fois sur chaque appareil : il distinguera ainsi ce serveur d’un imposteur.',
  trustFile: 'Télécharger l’autorité (ca.crt)',
  trustPem: 'la même en PEM',
  trustCompare:
    'Avant de l’accepter, comparez son empreinte SHA-256 à celle que vous donne votre coopérative :',
  trustThunderbird:
    'Thunderbird : Paramètres, Vie privée et sécurité, Certificats, Gérer les certificats, Autorités, Importer.',
  trustApple:
    'iPhone et iPad : ouvrez le fichier, installez-le dans Réglages, puis activez-le dans Général, Informations, Réglages des certificats.',
  trustAndroid:
    'Android : Paramètres, Sécurité, Chiffrement et identifiants, Installer un certificat, Certificat CA.',

  appPasswords: 'Mots de passe de vos appareils',
  appPasswordLead:
    'Donnez à chaque téléphone ou logiciel son propre mot de passe. L’appareil perdu, vous révoquez celui-là et gardez le vôtre.',
  deviceName: 'Appareil',
  devicePlaceholder: 'Mon téléphone',
  makeAppPassword: 'Créer un mot de passe',
  appPasswordTitle: 'Un mot de passe pour un appareil',
  appPasswordShown: (device) => `Saisissez-le maintenant sur ${device}. Il ne sera plus affiché.`,
  deviceNameRefused: 'Le nom d’un appareil a de 1 à 100 caractères, sur une ligne.',
  tooManyAppPasswords: 'Vous en avez autant qu’un membre peut en avoir. Révoquez-en un d’abord.',
  revoke: 'Révoquer',
  madeOn: (date) => `créé le ${date}`,
  appleProfile: 'Profil pour iPhone, iPad et Mac',
  appleProfileLead:
    'Règle le courrier d’un coup ; l’appareil demande un mot de passe, de préférence l’un de ceux ci-dessous.',
  back: 'Revenir à votre courrier',

  appLoginTitle: 'Autoriser une application',
  appLoginLead: (device: string) =>
    `« ${device} » veut lire et modifier vos fichiers, agendas et contacts. Elle reçoit son propre mot de passe, que vous pouvez révoquer. Continuez seulement si vous venez de vous y connecter.`,
  appLoginGrant: 'Autoriser',
  appLoginDoneTitle: 'C’est fait',
  appLoginDone: (device: string) =>
    `« ${device} » est connectée. Vous pouvez fermer cette page et y retourner.`,
  appLoginGoneTitle: 'Cette connexion est terminée',
  appLoginGone: 'Elle a pris trop de temps ou elle est déjà faite. Recommencez dans l’application.',

  notFoundTitle: 'Introuvable',
  notFound: 'Il n’y a pas de page à cette adresse.',
  methodTitle: 'Impossible ici',
  method: 'Cette adresse n’accepte pas une telle requête.',
  formTitle: 'Le formulaire n’a pas été accepté',
  form: 'Il ne vient pas d’une page de ce serveur, ou cette page était trop ancienne. Rien n’a été changé. Rouvrez la page et recommencez ; votre navigateur doit accepter les cookies.',
  formTooLarge: 'Il dépasse la taille de tout formulaire de ce serveur.',
  faultTitle: 'Une erreur est survenue',
  fault: (incident) =>
    `La faute est de notre côté, pas du vôtre. Votre coopérative la trouvera dans le journal sous ${incident}.`,

  publicLocked: 'Ce lien a un mot de passe',
  publicLockedLead: 'La personne qui vous a envoyé le lien peut vous donner le mot de passe.',
  publicOpen: 'Ouvrir',
  publicWrongPassword: 'Ce n’est pas le mot de passe.',
  publicGoneTitle: 'Ce lien ne mène nulle part',
  publicGone:
    'Il a été retiré, son délai est passé, ou il n’a pas été copié en entier. Demandez à la personne qui vous l’a envoyé.',
  publicDownload: 'Télécharger',
  publicLeft: (count) =>
    count === 1 ? 'Encore un téléchargement possible.' : `Encore ${count} téléchargements possibles.`,
  publicEmpty: 'Ce dossier est vide.',
  publicMore: 'Voir la suite',
  publicDrop: 'Envoyer des fichiers',
  publicDropLead:
    'Ce que vous envoyez va à la personne qui a créé ce lien. Personne d’autre ne le verra par ce lien, vous non plus.',
  publicFiles: 'Fichiers',
  publicNumbered: 'Rien n’est remplacé : un nom déjà pris reçoit un numéro.',
  publicSend: 'Envoyer',
  publicTaken: (count) => (count === 1 ? 'Un fichier est arrivé.' : `${count} fichiers sont arrivés.`),
  publicRefused: 'Tout n’a pas été pris',
  publicFull: 'Il n’y a plus de place. Ce qui précédait est arrivé.',
  publicTooLarge: 'Il dépasse la taille de tout fichier accepté ici. Ce qui précédait est arrivé.',
  publicBusy: 'Le dossier est verrouillé par quelqu’un qui y travaille. Réessayez plus tard.',
  publicName: 'Un fichier a un nom qui ne peut être gardé. Ce qui précédait est arrivé.',
  publicAgain: 'Retour',
};
