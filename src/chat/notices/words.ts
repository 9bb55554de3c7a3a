/** How a notice reads in a language. */
export interface Words {
  /** As `xml:lang` says it. */
  readonly language: string;
  readonly mail: (from: string, subject: string) => string;
  readonly invitation: (from: string, title: string) => string;
  readonly cancelled: (from: string, title: string) => string;
  readonly moreMail: (count: number) => string;
  readonly moreInvitations: (count: number) => string;
  readonly nobody: string;
  readonly noSubject: string;
}

const english: Words = {
  language: 'en',
  mail: (from, subject) => `Mail from ${from}: ${subject}`,
  invitation: (from, title) => `Invitation from ${from}: ${title}`,
  cancelled: (from, title) => `Cancelled by ${from}: ${title}`,
  moreMail: (count) => (count === 1 ? 'and one more mail' : `and ${count} more mails`),
  moreInvitations: (count) => (count === 1 ? 'and one more invitation' : `and ${count} more invitations`),
  nobody: 'nobody',
  noSubject: '(no subject)',
};

const french: Words = {
  language: 'fr',
  mail: (from, subject) => `Courrier de ${from} : ${subject}`,
  invitation: (from, title) => `Invitation de ${from} : ${title}`,
  cancelled: (from, title) => `Annulé par ${from} : ${title}`,
  moreMail: (count) => (count === 1 ? 'et un autre courrier' : `et ${count} autres courriers`),
  moreInvitations: (count) => (count === 1 ? 'et une autre invitation' : `et ${count} autres invitations`),
  nobody: 'personne',
  noSubject: '(sans objet)',
};

/** `language`: as the configuration names the co-op's, such as `fr` or `fr-CA`. */
export const wordsOf = (language: string): Words =>
  language.toLowerCase().split('-')[0] === 'fr' ? french : english;
