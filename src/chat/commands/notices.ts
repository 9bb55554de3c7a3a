import { type NoticeKind, noticeKinds } from '../../stores/conversations/index.ts';
import { StanzaError } from '../errors.ts';
import { mayAsk } from '../notices/index.ts';
import { type Command, done } from './command.ts';

const formType = 'urn:myco:chat:notices';
const name = 'Tell me of mail and invitations';

const labels: Readonly<Record<NoticeKind, string>> = {
  mail: 'Mail in my inbox: who sends it, and the subject',
  invitations: 'Invitations to appointments',
};

const isKind = (value: string): value is NoticeKind => noticeKinds.some((kind) => kind === value);

/** Of what a member hears as a headline; what is not chosen is not told. */
const choose: Command = {
  node: `${formType}#choose`,
  name,
  who: 'members',
  offered: mayAsk,
  async run({ chat, session }) {
    const { account } = session.home;
    const chosen = await chat.store.roster.notices(account);
    return {
      kind: 'form',
      form: {
        of: formType,
        title: name,
        fields: [
          {
            name: 'notices',
            label: 'Of what',
            type: 'list-multi',
            values: [...chosen],
            options: noticeKinds.map((value) => ({ label: labels[value], value })),
          },
        ],
      },
      async next(filled) {
        const wanted = (filled.get('notices') ?? []).filter((value) => value !== '');
        if (!wanted.every(isKind))
          throw new StanzaError('bad-request', { text: `there are ${noticeKinds.join(' and ')} alone` });
        await chat.store.roster.setNotices(account, wanted);
        return done(
          wanted.length === 0 ? 'You are told of nothing.' : `You are told of ${wanted.join(', ')}.`,
        );
      },
    };
  },
};

export const noticeCommands: readonly Command[] = [choose];
