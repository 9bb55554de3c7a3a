import { decimalText } from '../../base/index.ts';
import type { Iban } from '../../formats/iban/index.ts';
import { escapeXml } from '../../formats/xml/index.ts';

/** What a bank booked: above zero what came, below zero what went. Cents. */
export interface Booked {
  readonly reference: string;
  readonly amount: number;
  readonly day: string;
  readonly name: string;
  readonly iban: string;
  /** What the payer wrote. */
  readonly remittance: string;
  /** Of a transfer that we asked for. */
  readonly endToEndId?: string;
  /** Why a transfer came back: a code of ISO 20022, `AC04`. */
  readonly returned?: string;
}

export interface WrittenStatement {
  readonly id: string;
  readonly iban: Iban;
  readonly currency: string;
  readonly opening: number;
  readonly entries: readonly Booked[];
}

const direction = (cents: number) => `<CdtDbtInd>${cents < 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd>`;

/** The statement as a bank gives it: camt.053.001.08. */
export function bankStatement({ id, iban, currency, opening, entries }: WrittenStatement): string {
  const money = (cents: number) =>
    `<Amt Ccy="${currency}">${decimalText(Math.abs(cents))}</Amt>${direction(cents)}`;
  const balance = (code: string, cents: number) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${money(cents)}</Bal>`;
  const closing = entries.reduce((sum, { amount }) => sum + amount, opening);
  const entry = ({ reference, amount, day, name, iban: other, remittance, ...more }: Booked) => {
    const party = amount < 0 ? 'Cdtr' : 'Dbtr';
    return [
      `<Ntry>${money(amount)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt>`,
      `<AcctSvcrRef>${escapeXml(reference)}</AcctSvcrRef><NtryDtls><TxDtls>`,
      `<Refs><EndToEndId>${escapeXml(more.endToEndId ?? 'NOTPROVIDED')}</EndToEndId></Refs>${money(amount)}`,
      `<RltdPties><${party}><Pty><Nm>${escapeXml(name)}</Nm></Pty></${party}>`,
      `<${party}Acct><Id><IBAN>${other}</IBAN></Id></${party}Acct></RltdPties>`,
      `<RmtInf><Ustrd>${escapeXml(remittance)}</Ustrd></RmtInf>${more.returned === undefined ? '' : `<RtrInf><Rsn><Cd>${more.returned}</Cd></Rsn></RtrInf>`}</TxDtls></NtryDtls></Ntry>`,
    ].join('');
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>',
    `<GrpHdr><MsgId>${escapeXml(id)}</MsgId></GrpHdr><Stmt><Id>${escapeXml(id)}</Id>`,
    `<Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>${currency}</Ccy></Acct>`,
    balance('OPBD', opening),
    balance('CLBD', closing),
    ...entries.map(entry),
    '</Stmt></BkToCstmrStmt></Document>',
    '',
  ].join('\n');
}
