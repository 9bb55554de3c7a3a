import { type Element, element } from '../../formats/stanza/index.ts';
import { enable, failed, type Managed, registryOf, resume, smNs } from '../acks/index.ts';
import { StreamError } from '../errors.ts';
import type { Specification, StreamElementHandler } from '../specification.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import { giveBack } from './0160-offline-messages.ts';

const childOfAsked = (asked: Element, name: string): Element | undefined => {
  for (const child of asked.children) {
    if (typeof child !== 'string' && child.ns === smNs && child.name === name) return child;
  }
  return undefined;
};

const managedOf = ({ chat, session }: ClientStream): Managed | undefined =>
  session === null ? undefined : registryOf(chat).of(session);

const enabling: StreamElementHandler = {
  name: 'enable',
  ns: smNs,
  states: ['member', 'bound'],
  run(stream, request) {
    const { session } = stream;
    stream.send(session === null ? failed('unexpected-request') : enable(session, request));
  },
};

const resuming: StreamElementHandler = {
  name: 'resume',
  ns: smNs,
  states: ['member', 'bound'],
  async run(stream, request) {
    const { member, session } = stream;
    if (member === null || session !== null) return stream.send(failed('unexpected-request'));
    const { answer, after } = await resume(stream, member.id, request);
    stream.send(answer);
    after();
  },
};

const asking: StreamElementHandler = {
  name: 'r',
  ns: smNs,
  states: ['bound'],
  run(stream) {
    const managed = managedOf(stream);
    if (managed === undefined) stream.send(failed('unexpected-request'));
    else managed.answer();
  },
};

const answering: StreamElementHandler = {
  name: 'a',
  ns: smNs,
  states: ['bound'],
  run(stream, { attributes: { h = '' } }) {
    const managed = managedOf(stream);
    if (managed === undefined) return stream.send(failed('unexpected-request'));
    if (!/^\d{1,10}$/.test(h)) throw new StreamError('policy-violation', "the 'h' of an <a/> is no number");
    managed.acknowledged(Number(h));
  },
};

/** Stream Management: acknowledgements, and sessions that outlive their streams. */
export const streamManagement: Specification = {
  xep: '0198',
  name: 'Stream Management',
  version: '1.6.3',
  offers: ({ state }) => (state === 'member' ? [element('sm', smNs)] : []),
  elements: [enabling, resuming, asking, answering],
  inline: [
    {
      offer: () => element('sm', smNs),
      async run({ stream, request, accepted, resumed }) {
        const asked = childOfAsked(request, 'resume');
        if (asked === undefined || resumed !== null) return null;
        const { answer, session, after } = await resume(stream, accepted.member.id, asked);
        return session === null ? { answer } : { answer, resumed: session, after };
      },
    },
  ],
  bind: [
    {
      feature: smNs,
      bound(session, asked) {
        const wish = childOfAsked(asked, 'enable');
        return wish === undefined ? null : enable(session, wish);
      },
    },
  ],
  session: {
    opened: ({ chat }) => registryOf(chat).watch(),
    lost: (session) => (registryOf(session.chat).of(session)?.lost() ? 'kept' : undefined),
    closed(session) {
      const registry = registryOf(session.chat);
      const managed = registry.of(session);
      registry.remove(session);
      if (managed !== undefined) giveBack(session, managed.unacked);
    },
  },
};
