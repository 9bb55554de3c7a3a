import { ok } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { wireLimits } from '../wire/index.ts';

/** ENABLE: switches on what changes the answers a client hears; names that are not known are passed over. */
const enable: Command<readonly string[]> = {
  name: 'ENABLE',
  rfc: 'RFC 9051 §6.3.1, RFC 5161',
  states: loggedIn,
  privilege: null,
  parse(decoder) {
    const names: string[] = [];
    do {
      decoder.sp();
      if (names.length >= wireLimits.optionsMax)
        decoder.fault(`more than ${wireLimits.optionsMax} capabilities`);
      names.push(decoder.keyword('a capability'));
    } while (!decoder.atEnd);
    return names;
  },
  async run(session, names) {
    const enabled: string[] = [];
    for (const name of new Set(names)) {
      if (!session.services.features.enable.has(name)) continue;
      if (name === 'CONDSTORE') session.enableCondstore();
      else session.enable(name);
      // RFC 9051 §7.2.1: what is missing here was refused; so what is on already is told again. §9 spells it so.
      enabled.push(name === 'IMAP4REV2' ? 'IMAP4rev2' : name);
    }
    session.out
      .data('ENABLED')
      .raw(enabled.map((name) => ` ${name}`).join(''))
      .crlf();
    return ok('enabled');
  },
};

export const enableExtension: Extension = {
  rfc: 5161,
  name: 'ENABLE',
  capabilities: ({ member }) => (member === null ? [] : ['ENABLE']),
  commands: [enable],
};
