/** Statements as a bank would send them, for tests. */
export interface FixtureEntry {
  readonly ref: string;
  /** `12.50`; below zero what went out. */
  readonly amount: string;
  readonly day?: string;
  readonly words?: string;
  readonly endToEndId?: string;
  readonly payment?: string;
  /** What the bank says of a batch: the file (`MsgId`), and of how many transfers it is. */
  readonly file?: string;
  readonly count?: number;
  readonly returned?: string;
  readonly isReversal?: boolean;
  readonly name?: string;
}

export interface FixtureStatement {
  readonly id: string;
  readonly iban: string;
  readonly currency?: string;
  readonly opening?: string;
  readonly closing?: string;
  readonly entries?: readonly FixtureEntry[];
}

const amountXml = (amount: string, currency: string) =>
  `<Amt Ccy="${currency}">${amount.replace('-', '')}</Amt><CdtDbtInd>${amount.startsWith('-') ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;

const entryXml = (entry: FixtureEntry, currency: string): string => {
  const { ref, amount, day = '2026-03-10', words = '', endToEndId = '', payment = '', returned } = entry;
  const role = amount.startsWith('-') ? 'Cdtr' : 'Dbtr';
  const refs = `<Refs>${payment === '' ? '' : `<PmtInfId>${payment}</PmtInfId>`}<EndToEndId>${endToEndId || 'NOTPROVIDED'}</EndToEndId></Refs>`;
  const { file = '', count } = entry;
  const batched = `${file && `<MsgId>${file}</MsgId>`}${count === undefined ? '' : `<NbOfTxs>${count}</NbOfTxs>`}`;
  const batch = batched === '' ? '' : `<Btch>${batched}</Btch>`;
  const back = returned === undefined ? '' : `<RtrInf><Rsn><Cd>${returned}</Cd></Rsn></RtrInf>`;
  const party = `<RltdPties><${role}><Pty><Nm>${entry.name ?? 'Somebody'}</Nm></Pty></${role}></RltdPties>`;
  const told = words === '' ? '' : `<RmtInf><Ustrd>${words}</Ustrd></RmtInf>`;
  return [
    `<Ntry>${amountXml(amount, currency)}${entry.isReversal ? '<RvslInd>true</RvslInd>' : ''}`,
    `<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><AcctSvcrRef>${ref}</AcctSvcrRef>`,
    `<NtryDtls>${batch}<TxDtls>${refs}${party}${told}${back}</TxDtls></NtryDtls></Ntry>`,
  ].join('');
};

const statementXml = ({ id, iban, currency = 'EUR', opening, closing, entries = [] }: FixtureStatement) => {
  const balance = (code: string, amount: string | undefined) =>
    amount === undefined
      ? ''
      : `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amountXml(amount, currency)}</Bal>`;
  const body = entries.map((entry) => entryXml(entry, currency)).join('');
  return `<Stmt><Id>${id}</Id><CreDtTm>2026-03-31T06:00:00Z</CreDtTm><Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>${currency}</Ccy></Acct>${balance('OPBD', opening)}${balance('CLBD', closing)}${body}</Stmt>`;
};

/** camt.053.001.08. */
export const statementFile = (...statements: readonly FixtureStatement[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-31T06:00:00Z</CreDtTm></GrpHdr>${statements.map(statementXml).join('')}</BkToCstmrStmt></Document>`;

export async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
