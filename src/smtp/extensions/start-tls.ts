import { TlsFailure } from '../../net/index.ts';
import { replies } from '../replies.ts';
import type { Extension } from '../session/types.ts';
import { encodeReply, reply } from '../wire/reply.ts';

/** TLS on a connection that began without it. */
export const startTls: Extension = {
  keyword: 'STARTTLS',
  rfc: 3207,
  title: 'SMTP over TLS',
  ehlo: (session) => (session.connection.secure ? null : 'STARTTLS'),
  commands: [
    {
      verb: 'STARTTLS',
      rfc: 3207,
      help: 'STARTTLS: begin TLS',
      run: async (session, argument) => {
        if (argument !== '') return replies.noArgument;
        if (session.connection.secure) return reply(503, '5.5.1', 'TLS is active already');
        await session.flush();
        session.input.detach();
        try {
          await session.connection.startTls(encodeReply(reply(220, '2.0.0', 'Begin TLS')));
          session.restart();
        } catch (error) {
          if (!(error instanceof TlsFailure)) throw error;
          // The connection is gone, and net has counted why.
        }
        return [];
      },
    },
  ],
};
