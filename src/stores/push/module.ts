import { StoreError } from '../../base/index.ts';
import { defineModule, first, one, run, type Script } from '../../storage/index.ts';
import { limits } from './limits.ts';
import { type PushQueries, pushQueries } from './queries.ts';
import { pushTables } from './tables.ts';

interface Wish {
  /** Of a new one. */
  readonly token: string;
  readonly member: number;
  readonly account: number;
  readonly place: string;
  readonly resource: string;
  readonly digest: string;
  readonly publicKey: string;
  readonly authSecret: string;
  readonly contentDepth: number;
  readonly properties: boolean;
  readonly expires: number;
}

function* register(
  q: PushQueries,
  { now, max, ...wish }: Wish & { readonly now: number; readonly max: number },
): Script<string> {
  const { member, account, place } = wish;
  if (!first(yield* run(q.same, { ...wish }))) {
    yield* run(q.dropEndedOf, { member, now });
    if (Number(one(yield* run(q.count, { member })).rows) >= max)
      throw new StoreError('limit', `a member has at most ${max} registrations for push`);
    const { rows } = one(yield* run(q.countOf, { member, account, place }));
    if (Number(rows) >= limits.registrationsPerPlaceMax)
      throw new StoreError('limit', `at most ${limits.registrationsPerPlaceMax} of them are of one place`);
  }
  return one(yield* run(q.put, { ...wish })).token;
}

const defined = defineModule({
  name: 'push',
  tables: pushTables,
  queries: pushQueries,
  operations: ({ read, write }) => ({
    register: write(register),
    find: read(function* (q, a: { token: string; now: number }) {
      return first(yield* run(q.find, { ...a })) ?? null;
    }),
    page: read(function* (q, a: { account: number; place: string; after: string; now: number }) {
      return yield* run(q.page, { ...a });
    }),
    drop: write(function* (q, a: { token: string }) {
      return (yield* run(q.drop, { ...a })).length > 0;
    }),
    dropOf: write(function* (q, a: { account: number; place: string }) {
      yield* run(q.dropOf, { ...a });
    }),
    dropEnded: write(function* (q, a: { now: number }) {
      yield* run(q.dropEnded, { ...a });
    }),
    erase: write(function* (q, a: { member: number }) {
      yield* run(q.dropMember, { ...a });
      yield* run(q.dropAccount, { ...a });
    }),
  }),
});

export const pushModule = defined.module;
export const operations = defined.operations;
