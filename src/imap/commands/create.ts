import { delimiter, type SpecialUse, specialUses } from '../../stores/mail/index.ts';
import { ok, Refusal } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { locateNew } from '../names/place.ts';
import { noteOwn } from '../session/own.ts';

/** What a client may ask for with USE: mailboxes that hold mail, not views of other mailboxes (RFC 6154 §3). */
const virtual: readonly SpecialUse[] = ['All', 'Flagged', 'Important'];

/** CREATE: a mailbox and whatever is missing above it; with USE, for a special use (RFC 6154 §3). */
export const create: Command<{ name: string; use: readonly string[] | null }> = {
  name: 'CREATE',
  rfc: 'RFC 9051 §6.3.4',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder) {
    decoder.sp();
    const name = decoder.mailbox();
    return { name, use: decoder.createParameters().use };
  },
  async run(session, { name, use }) {
    // RFC 9051 §6.3.4: a delimiter at the end says that names below will follow, and is no part of the name.
    const plain = name.endsWith(delimiter) ? name.slice(0, -1) : name;
    const special = use === null ? null : useOf(use);
    const { account, path } = await locateNew(session, plain);
    if (special !== null && account !== session.account) {
      throw new Refusal('only your own mailboxes have a special use', 'USEATTR');
    }
    const made = await session.mail.create(account, path, special);
    noteOwn(session, { account, modseqs: [made.highestModseq] });
    return ok('created', { code: 'MAILBOXID', id: made.objectId }); // RFC 8474 §4.1
  },
};

function useOf(attributes: readonly string[]): SpecialUse | null {
  const uses = attributes.map((attribute) => {
    const use = specialUses.find((known) => `\\${known.toLowerCase()}` === attribute.toLowerCase());
    if (use === undefined || virtual.includes(use)) {
      throw new Refusal('no mailbox can be made for this use', 'USEATTR');
    }
    return use;
  });
  if (uses.length > 1) throw new Refusal('a mailbox has one special use', 'USEATTR');
  return uses[0] ?? null;
}
