import type { Extension } from '../features.ts';
import { offers } from '../mechanisms/mechanism.ts';

/** Who may log in how: STARTTLS, LOGINDISABLED and the mechanisms, as long as nobody has logged in (RFC 9051 §6.1.1, §11). */
export const loginRules: Extension = {
  rfc: 9051,
  name: 'STARTTLS, AUTH= and LOGINDISABLED',
  capabilities(session) {
    if (session.member !== null) return [];
    const { mechanisms, startTls } = session.services;
    const offered = session.mayLogIn ? mechanisms.filter((each) => offers(session, each)) : [];
    return [
      ...(startTls && !session.secure && !session.connection.compressed ? ['STARTTLS'] : []),
      ...offered.map(({ name }) => `AUTH=${name}`),
      ...(session.mayLogIn ? [] : ['LOGINDISABLED']),
    ];
  },
};
