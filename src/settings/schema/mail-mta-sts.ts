import { z } from 'zod';
import { duration } from '../scalars.ts';

/**
 * Testing, until the operator says otherwise: a policy that is enforced turns a certificate that was let lapse into mail
 * that does not arrive, and others keep it for as long as it says. Reports about TLS come in testing too.
 */
export const mtaStsSlice = z
  .strictObject({
    mode: z
      .enum(['none', 'testing', 'enforce'], { error: 'expected none, testing or enforce' })
      .prefault('testing')
      .meta({
        description:
          'testing: others report what would fail; enforce: they do not send without valid TLS; none: others are told to forget what they know.',
        reload: 'live',
      }),
    maxAge: duration({ min: '1h', max: '365d' }).prefault('7d').meta({
      description: 'How long others keep the policy; some weeks once it is enforced.',
      reload: 'live',
    }),
  })
  .prefault({})
  .meta({ description: 'The policy that others fetch before they send mail here (MTA-STS).' });
