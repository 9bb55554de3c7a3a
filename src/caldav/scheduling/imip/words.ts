/** What a mail says to people, beside what it says to programs. */
export interface Words {
  readonly subject: Readonly<
    Record<'REQUEST' | 'UPDATE' | 'CANCEL' | 'ACCEPTED' | 'DECLINED' | 'TENTATIVE' | 'REPLY', string>
  >;
  readonly said: Readonly<
    Record<'REQUEST' | 'UPDATE' | 'CANCEL' | 'ACCEPTED' | 'DECLINED' | 'TENTATIVE' | 'REPLY', string>
  >;
  readonly what: string;
  readonly when: string;
  readonly where: string;
  readonly repeats: string;
  readonly answer: string;
  readonly locale: string;
}

/** `%` is who writes. */
export const english: Words = {
  subject: {
    REQUEST: 'Invitation',
    UPDATE: 'Updated invitation',
    CANCEL: 'Cancelled',
    ACCEPTED: 'Accepted',
    DECLINED: 'Declined',
    TENTATIVE: 'Maybe',
    REPLY: 'Answer',
  },
  said: {
    REQUEST: '% invites you.',
    UPDATE: '% changed what you are invited to.',
    CANCEL: '% called this off.',
    ACCEPTED: '% comes.',
    DECLINED: '% does not come.',
    TENTATIVE: '% may come.',
    REPLY: '% answered.',
  },
  what: 'What',
  when: 'When',
  where: 'Where',
  repeats: 'It repeats.',
  answer: 'You can answer in your calendar, or to this mail.',
  locale: 'en-GB',
};

export const french: Words = {
  subject: {
    REQUEST: 'Invitation',
    UPDATE: 'Invitation modifiée',
    CANCEL: 'Annulé',
    ACCEPTED: 'Accepté',
    DECLINED: 'Refusé',
    TENTATIVE: 'Peut-être',
    REPLY: 'Réponse',
  },
  said: {
    REQUEST: '% vous invite.',
    UPDATE: '% a modifié ce à quoi vous êtes invité.',
    CANCEL: '% a annulé.',
    ACCEPTED: '% vient.',
    DECLINED: '% ne vient pas.',
    TENTATIVE: '% viendra peut-être.',
    REPLY: '% a répondu.',
  },
  what: 'Quoi',
  when: 'Quand',
  where: 'Où',
  repeats: 'Cela se répète.',
  answer: 'Vous pouvez répondre dans votre agenda, ou à ce message.',
  locale: 'fr-FR',
};
