import { dateTime, type Field } from '../data/index.ts';
import { StanzaError, StreamError } from '../errors.ts';
import type { Session } from '../routing/session.ts';
import { type Command, done } from './command.ts';
import { demandLines, shown } from './fields.ts';

const formType = 'urn:myco:chat:sessions';

/** What a session shows of itself, to its own account and to administrators. */
export const sessionLine = ({ text, openedAt, stream }: Session): string =>
  `${text} (since ${dateTime(openedAt)}${stream === null ? ', away' : ''})`;

/** Its client is told, and it does not come back by what it has left. */
export function endSession(session: Session): void {
  session.stream?.fail(new StreamError('not-authorized', 'the session was ended'));
  session.close();
}

const list: Command = {
  node: `${formType}#list`,
  name: 'Show my sessions',
  who: 'members',
  run({ session }) {
    const lines = [...session.home.sessions.values()].map(sessionLine);
    return done('', {
      of: formType,
      title: 'My sessions',
      fields: [shown('sessions', 'Sessions', ...lines)],
    });
  },
};

const end: Command = {
  node: `${formType}#end`,
  name: 'End sessions of mine',
  who: 'members',
  run({ session }) {
    const others = [...session.home.sessions.values()].filter((each) => each !== session);
    if (others.length === 0) return done('There is no other session.');
    const field: Field = {
      name: 'sessions',
      label: 'Which',
      type: 'list-multi',
      isRequired: true,
      values: [],
      options: others.map((each) => ({ label: sessionLine(each), value: each.jid.resource })),
    };
    return {
      kind: 'form',
      form: { of: formType, title: 'End sessions of mine', fields: [field] },
      next(filled) {
        const wanted = demandLines(filled, 'sessions').map((resource) => session.home.sessions.get(resource));
        if (wanted.includes(session))
          throw new StanzaError('not-allowed', { text: 'this is your own session' });
        for (const each of wanted) if (each !== undefined) endSession(each);
        return done(
          'They were ended. Change your password where a device is lost: what it keeps signs it in again.',
        );
      },
    };
  },
};

/** For members, over what is open in their own name. */
export const sessionCommands: readonly Command[] = [list, end];
