/** A co-op with something in every book, for the tests of its pages; imported by tests only and left out of the build. */
import { fakeClock } from '../../base/index.ts';
import type { Actor, Coop, Role } from '../../coop/index.ts';
import { creditorReference } from '../../formats/iban/index.ts';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';

export const english = { 'accept-language': 'en' };
export const bankAccount = 'FR7699999999990000000000056';
const password = 'correct horse';
const dayMs = 86_400_000;

/** Who is there: two members, somebody in no register, and officers who are no members. */
const people = {
  ada: ['administrator'],
  ana: [],
  bo: [],
  cy: [],
  theo: ['treasurer'],
  paula: ['board'],
  dina: ['treasurer'],
  omar: ['auditor'],
} as const satisfies Record<string, readonly Role[]>;
export type Name = keyof typeof people;

export interface FilledSuite {
  readonly suite: TestSuite;
  /** The co-op at the clock of the story, which the doors do not see. */
  readonly coop: Coop;
  readonly accounts: Readonly<Record<Name, number>>;
  /** What they are in the register. */
  readonly numbers: { readonly ana: number; readonly bo: number };
  actor(name: Name): Promise<Actor>;
  /** Signed in. */
  browser(name: Name): TestBrowser;
}

/** camt.053 with lines of one day: what the payer wrote, and cents. */
export function statementText(
  id: string,
  day: string,
  lines: readonly { readonly words: string; readonly cents: number; readonly endToEndId?: string }[],
): string {
  const entry = ({ words, cents, endToEndId = 'NOTPROVIDED' }: (typeof lines)[number], n: number) =>
    `<Ntry><Amt Ccy="EUR">${(Math.abs(cents) / 100).toFixed(2)}</Amt><CdtDbtInd>${cents < 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><AcctSvcrRef>${id}-${n}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>${endToEndId}</EndToEndId></Refs><RmtInf><Ustrd>${words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>${id}</MsgId></GrpHdr><Stmt><Id>${id}</Id><Acct><Id><IBAN>${bankAccount}</IBAN></Id><Ccy>EUR</Ccy></Acct>${lines.map(entry).join('')}</Stmt></BkToCstmrStmt></Document>`;
}

async function* octets(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** January 2025: two members with shares and coins, a sponsor who paid; the month is closed, and February has begun. */
async function story({ rooms }: TestSuite, accounts: FilledSuite['accounts']) {
  const clock = fakeClock(Date.UTC(2025, 0, 8, 12));
  const coop = rooms.coopAt(clock);
  const actor = (name: Name) => coop.actor(accounts[name], 'cli');
  const [theo, paula] = [await actor('theo'), await actor('paula')];
  const member = async (name: 'ana' | 'bo', shares: number, iban: string) => {
    const details = {
      kind: 'natural',
      name: `Person ${name} <b>`,
      address: '1 rue Haute',
      country: 'FR',
    } as const;
    const { number } = await coop.persons.add(theo, {
      ...{ account: accounts[name], key: `person-${name}` },
      details: { ...details, birth: '1980-02-29', iban, holder: iban === '' ? '' : `Holder ${name}` },
    });
    const asked = await coop.register.apply(theo, { person: number, shares, key: `apply-${name}` });
    const yes = { application: asked.id, isAdmitted: true, decision: 'CA 2025-01-08' };
    await coop.register.decide(paula, { ...yes, key: `decide-${name}` });
    const text = statementText(`S-${name}`, '2025-01-09', [{ words: asked.reference, cents: asked.due }]);
    clock.advance(dayMs);
    await coop.bank.import(theo, { body: octets(text), key: `paid-${name}` });
    await coop.ledger.depositCoins({ member: number, coins: shares * 3, key: `coins-${name}` });
    return number;
  };
  const numbers = {
    ana: await member('ana', 10, 'FR1420041010050500013M02606'),
    bo: await member('bo', 5, ''),
  };
  const party = {
    kind: 'brand',
    name: 'Brand <i>',
    address: ['2 rue Basse'],
    country: 'FR',
    vatNumber: '',
  } as const;
  const { id } = await coop.parties.add(theo, { details: { ...party, tax: 'standard' }, key: 'party' });
  const lines = [{ text: 'Survey', quantity: 1, price: 50_000 }];
  const invoice = (key: string) => coop.parties.invoice(theo, { party: id, lines, due: '2025-02-28', key });
  const paid = await coop.parties.invoiceById((await invoice('paid')).id);
  await invoice('open');
  const receipt = [{ words: creditorReference(paid?.reference ?? ''), cents: paid?.gross ?? 0 }];
  const statement = octets(statementText('S-brand', '2025-01-20', receipt));
  await coop.bank.import(theo, { body: statement, key: 'receipt' });
  clock.set(Date.UTC(2025, 1, 3, 12));
  await coop.payouts.closeMonth(theo, { month: '2025-01', key: 'close' });
  await coop.ledger.checkpoints.sign();
  return { coop, numbers };
}

export async function startFilled(): Promise<FilledSuite> {
  const suite = await startSuite({
    settings: {
      coop: {
        ...{ name: 'Exemple', languages: ['en', 'fr'], banks: { main: bankAccount } },
        legal: { name: 'Exemple SCIC', address: ['1 place Basse'] },
        // Invented, so that a year can be closed.
        rules: { tmo_plus: { semesters: { '2024S1': '3', '2024S2': '3', '2025S1': '3', '2025S2': '3' } } },
      },
    },
  });
  const accounts: Partial<Record<Name, number>> = {};
  const browsers: Partial<Record<Name, TestBrowser>> = {};
  const { coop } = suite.rooms;
  for (const [name, roles] of Object.entries(people) as [Name, readonly Role[]][]) {
    const { id } = await suite.addMember(name, password);
    accounts[name] = id;
    for (const role of roles) {
      // The first one is made at the terminal, and gives the others theirs.
      const by = await coop.actor(accounts.ada ?? id, 'cli');
      await coop.acts.changeRole(by, { account: id, role, give: true, key: `role-${name}-${role}` });
    }
    const browser = testBrowser(suite.ports.https, suite.authority);
    await browser.get('/sign-in');
    await browser.post('/sign-in', { address: name, password });
    browsers[name] = browser;
  }
  const all = accounts as Record<Name, number>;
  const told = await story(suite, all);
  return {
    ...{ suite, accounts: all, ...told },
    actor: (name) => coop.actor(all[name], 'page'),
    browser(name) {
      const found = browsers[name];
      if (found === undefined) throw new Error(`nobody is ${name}`);
      return found;
    },
  };
}
