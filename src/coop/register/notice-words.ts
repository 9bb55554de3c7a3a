import { ibanEndCharactersMax } from './limits.ts';
import type { NoticeKind, PendingNotice } from './types.ts';

interface Words {
  readonly subject: string;
  /** What is changed: the bank account, the account on this server, both. */
  readonly iban: (ends: string) => string;
  readonly account: string;
  readonly and: string;
  readonly said: Readonly<Record<NoticeKind, (coop: string, what: string) => string>>;
}

const english: Words = {
  subject: 'where you are paid',
  iban: (ends) => (ends === '' ? 'no bank account any more' : `the bank account that ends in ${ends}`),
  account: 'another account of this server for your membership',
  and: ' and ',
  said: {
    asked: (coop, what) =>
      `Somebody of ${coop} asked for a change: ${what}.\nIt does not count before a second person confirms it.\nIf you do not know of it, tell the board now.`,
    done: (coop, what) =>
      `This counts at ${coop} from now on: ${what}.\nIf you do not know of it, tell the board at once.`,
    refused: (coop, what) =>
      `This was asked for at ${coop} and refused: ${what}.\nNothing has changed. If you do not know of it, tell the board.`,
  },
};

const french: Words = {
  subject: 'où vous êtes payé',
  iban: (ends) => (ends === '' ? 'plus de compte bancaire' : `le compte bancaire qui se termine par ${ends}`),
  account: 'un autre compte de ce serveur pour votre adhésion',
  and: ' et ',
  said: {
    asked: (coop, what) =>
      `Quelqu'un de ${coop} a demandé un changement : ${what}.\nIl ne compte pas avant qu'une deuxième personne le confirme.\nSi vous n'en savez rien, prévenez le conseil maintenant.`,
    done: (coop, what) =>
      `Ceci compte désormais à ${coop} : ${what}.\nSi vous n'en savez rien, prévenez le conseil tout de suite.`,
    refused: (coop, what) =>
      `Ceci a été demandé à ${coop} et refusé : ${what}.\nRien n'a changé. Si vous n'en savez rien, prévenez le conseil.`,
  },
};

/** In the languages of the co-op that there are words for, English where there are none; a mail is open, so it names no whole IBAN. */
export function noticeWords(
  { kind, iban, ibanBefore, account, accountBefore }: PendingNotice,
  coop: string,
  languages: readonly string[],
): { readonly subject: string; readonly text: string } {
  const spoken = languages.flatMap((language) =>
    language.startsWith('fr') ? [french] : language.startsWith('en') ? [english] : [],
  );
  const all = spoken.length === 0 ? [english] : [...new Set(spoken)];
  const textIn = (words: Words): string => {
    const what = [
      ...(iban === ibanBefore ? [] : [words.iban(iban.slice(-ibanEndCharactersMax))]),
      ...(account === accountBefore ? [] : [words.account]),
    ];
    return words.said[kind](coop, what.join(words.and));
  };
  return { subject: `${coop}: ${(all[0] ?? english).subject}`, text: all.map(textIn).join('\n\n-- \n\n') };
}
