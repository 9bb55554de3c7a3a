import { expect, test } from 'vitest';
import type { Recipient, Resolution } from '../../../accounts/index.ts';
import { StoreError } from '../../../base/index.ts';
import { silentLog } from '../../../observability/index.ts';
import type { Outgoing, QueuedMessage, QueuedRecipient } from '../../../stores/outbox/index.ts';
import { createLocalDelivery } from './local.ts';

const member = (account: number, name: string): Recipient => ({
  kind: 'member',
  account,
  address: `${name}@coop.localhost`,
  tag: null,
});
const away: Recipient = { kind: 'remote', address: 'x@far.example' };
const aliases: Readonly<Record<string, readonly Recipient[]>> = {
  'ana@coop.localhost': [member(1, 'ana')],
  'all@coop.localhost': [member(1, 'ana'), member(2, 'bea'), away],
  'away@coop.localhost': [away],
};
const message = {
  sender: '',
  options: { body: null, utf8: false, ret: null, envid: null, tls: null },
  head: 'X-Head: 1\r\n',
  headerLength: 10,
} as unknown as QueuedMessage;

/** Members whose mailbox is full, and what was done. */
function lane(full: readonly number[] = [], fault: Error | null = null) {
  const given: number[] = [];
  const told: string[] = [];
  const queued: Outgoing[] = [];
  const delivery = createLocalDelivery({
    log: silentLog,
    arrived({ account, mailbox }) {
      told.push(`${account} ${mailbox}`);
      if (fault !== null) throw fault;
    },
    accounts: {
      isLocalDomain: async () => true,
      resolve: async (address): Promise<Resolution> => {
        const recipients = aliases[address];
        return recipients ? { kind: 'local', recipients } : { kind: 'unknown' };
      },
    },
    mail: {
      stage: async () => ({ blob: {}, parsed: {} }) as never,
      discard: () => undefined,
      deliver: async (account) => {
        if (full.includes(account)) throw new StoreError('over-quota', 'full');
        given.push(account);
        return {} as never;
      },
    },
    outbox: {
      content: () => [] as never,
      stage: async () => ({}) as never,
      enqueue: async (outgoing) => queued.push(outgoing),
    },
  });
  const to = (address: string) => delivery.deliver(message, { address } as QueuedRecipient);
  return { to, given, queued, told };
}

test('an address of one member is its mailbox', async () => {
  const { to, given, queued, told } = lane();
  expect(await to('ana@coop.localhost')).toMatchObject({ kind: 'delivered', here: true });
  expect({ given, queued, told }).toEqual({ given: [1], queued: [], told: ['1 INBOX'] });
});

test('what came stays delivered where nobody could hear of it', async () => {
  const { to, given, told } = lane([], new Error('deaf'));
  expect(await to('ana@coop.localhost')).toMatchObject({ kind: 'delivered' });
  expect([given, told]).toEqual([[1], ['1 INBOX']]);
});

test('of a mail that has no room nobody hears', async () => {
  const { to, told } = lane([1]);
  expect(await to('ana@coop.localhost')).not.toMatchObject({ kind: 'delivered' });
  expect(told).toEqual([]);
});

test('an address of several becomes a row for each, so that a full mailbox doubles nothing for the others', async () => {
  const { to, given, queued } = lane([2]);
  expect(await to('all@coop.localhost')).toMatchObject({ kind: 'delivered' });
  expect(given).toEqual([]);
  expect(queued.map(({ recipients }) => recipients.map(({ address }) => address))).toEqual([
    ['ana@coop.localhost', 'bea@coop.localhost', 'x@far.example'],
  ]);
  // The header that is given back has what stood before it, too.
  expect(queued[0]).toMatchObject({ kind: 'notification', head: '', headerLength: 21 });
});

test('an alias that leads away goes out', async () => {
  const { to, given, queued } = lane();
  expect(await to('away@coop.localhost')).toMatchObject({ kind: 'delivered' });
  expect(given).toEqual([]);
  expect(queued.map(({ recipients }) => recipients.length)).toEqual([1]);
});

test('a full mailbox is tried again, nobody at all is for good', async () => {
  const { to } = lane([1]);
  expect(await to('ana@coop.localhost')).toMatchObject({ kind: 'deferred', answer: { status: '4.2.2' } });
  expect(await to('nobody@coop.localhost')).toMatchObject({ kind: 'failed', answer: { status: '5.1.1' } });
});
