/** Judges files for banks by the message definition; imported by tests only and left out of the build. */
import { childOf, type XmlElement, XmlReader } from '../xml/index.ts';
import { textAt } from './elements.ts';

/**
 * pain.001.001.09 as EPC132-08 (2023, customer to bank) lets it be used: of each type its elements in their order, each with its
 * type; `?` may be left out, `+` may be repeated. A type that begins with `|` is one of its elements.
 */
const definition = `
Document: CstmrCdtTrfInitn:CustomerCreditTransferInitiationV09
CustomerCreditTransferInitiationV09: GrpHdr:GroupHeader85 PmtInf+:PaymentInstruction30
GroupHeader85: MsgId:Max35Text CreDtTm:ISODateTime NbOfTxs:Max15NumericText CtrlSum:DecimalNumber InitgPty:ReferenceParty
PaymentInstruction30: PmtInfId:Max35Text PmtMtd:PaymentMethod3Code BtchBookg?:Boolean NbOfTxs:Max15NumericText CtrlSum:DecimalNumber PmtTpInf?:PaymentTypeInformation26 ReqdExctnDt:DateAndDateTime2Choice Dbtr:Party DbtrAcct:CashAccount38 DbtrAgt:Agent UltmtDbtr?:ReferenceParty ChrgBr?:ChargeBearerType1Code CdtTrfTxInf+:CreditTransferTransaction34
PaymentTypeInformation26: InstrPrty?:Priority2Code SvcLvl?:ServiceLevel8Choice LclInstrm?:CodeOrText CtgyPurp?:CodeOrText
ServiceLevel8Choice: Cd:ServiceLevel
DateAndDateTime2Choice: Dt:ISODate
CreditTransferTransaction34: PmtId:PaymentIdentification6 PmtTpInf?:PaymentTypeInformation26 Amt:AmountType4Choice ChrgBr?:ChargeBearerType1Code UltmtDbtr?:ReferenceParty CdtrAgt?:CreditorAgent Cdtr:Party CdtrAcct:CashAccount38 UltmtCdtr?:ReferenceParty Purp?:Purpose2Choice RmtInf?:RemittanceInformation16
PaymentIdentification6: InstrId?:Max35Text EndToEndId:Max35Text
AmountType4Choice: InstdAmt:EuroAmount
Party: Nm:Max70Text PstlAdr?:PostalAddress24 Id?:Party38Choice
ReferenceParty: Nm?:Max70Text Id?:Party38Choice
Party38Choice: |OrgId:OrganisationIdentification29 |PrvtId:PersonIdentification13
OrganisationIdentification29: |AnyBIC:Bic |LEI:Lei |Othr:GenericIdentification
PersonIdentification13: |DtAndPlcOfBirth:DateAndPlaceOfBirth1 |Othr:GenericIdentification
GenericIdentification: Id:Max35Text SchmeNm?:CodeOrText Issr?:Max35Text
DateAndPlaceOfBirth1: BirthDt:ISODate PrvcOfBirth?:Max35Text CityOfBirth:Max35Text CtryOfBirth:CountryCode
PostalAddress24: Dept?:Max70Text SubDept?:Max70Text StrtNm?:Max70Text BldgNb?:Max16Text BldgNm?:Max35Text Flr?:Max70Text PstBx?:Max16Text Room?:Max70Text PstCd?:Max16Text TwnNm:Max35Text TwnLctnNm?:Max35Text DstrctNm?:Max35Text CtrySubDvsn?:Max35Text Ctry:CountryCode
CashAccount38: Id:AccountIdentification4Choice Ccy?:CurrencyCode
AccountIdentification4Choice: IBAN:IBAN2007Identifier
Agent: FinInstnId:FinancialInstitutionIdentification18
FinancialInstitutionIdentification18: |BICFI:Bic |Othr:NotProvided
NotProvided: Id:NotProvidedText
CreditorAgent: FinInstnId:CreditorInstitution
CreditorInstitution: BICFI:Bic
CodeOrText: |Cd:Max4Text |Prtry:Max35Text
Purpose2Choice: Cd:Max4Text
RemittanceInformation16: |Ustrd:Max140Text |Strd:StructuredRemittanceInformation16
StructuredRemittanceInformation16: CdtrRefInf?:CreditorReferenceInformation2
CreditorReferenceInformation2: Tp:CreditorReferenceType2 Ref:Max35Text
CreditorReferenceType2: CdOrPrtry:CreditorReferenceType1Choice Issr?:Max35Text
CreditorReferenceType1Choice: Cd:ScorCode
`;

const isDate = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
/** Characters that every bank takes, and slashes as EPC217-08 §6.2 wants them. */
const isText = (max: number) => (text: string) =>
  text.length <= max && /^[a-zA-Z0-9/\-?:().,'+ ]+$/.test(text) && !/^\/|\/$|\/\//.test(text);
const matches = (pattern: RegExp) => (text: string) => pattern.test(text);

const values: Readonly<Record<string, (text: string) => boolean>> = {
  Max4Text: isText(4),
  Max16Text: isText(16),
  Max35Text: isText(35),
  Max70Text: isText(70),
  Max140Text: isText(140),
  Max15NumericText: matches(/^\d{1,15}$/),
  DecimalNumber: (text) => /^\d+(\.\d{1,2})?$/.test(text) && text.replace('.', '').length <= 18,
  EuroAmount: (text) => /^\d{1,9}(\.\d{1,2})?$/.test(text) && Number(text) > 0,
  ISODate: isDate,
  ISODateTime: (text) => /^.{10}T([01]\d|2[0-3])(:[0-5]\d){2}Z$/.test(text) && isDate(text.slice(0, 10)),
  Boolean: matches(/^(true|false)$/),
  PaymentMethod3Code: matches(/^TRF$/),
  Priority2Code: matches(/^(HIGH|NORM)$/),
  ServiceLevel: matches(/^SEPA$/),
  ChargeBearerType1Code: matches(/^SLEV$/),
  ScorCode: matches(/^SCOR$/),
  NotProvidedText: matches(/^NOTPROVIDED$/),
  Bic: matches(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/),
  Lei: matches(/^[A-Z0-9]{18}\d{2}$/),
  CountryCode: matches(/^[A-Z]{2}$/),
  CurrencyCode: matches(/^[A-Z]{3}$/),
  IBAN2007Identifier: matches(/^[A-Z]{2}\d{2}[a-zA-Z0-9]{1,30}$/),
};

interface Shape {
  readonly order: RegExp;
  readonly types: ReadonlyMap<string, string>;
}

const shapes: ReadonlyMap<string, Shape> = new Map(
  definition
    .trim()
    .split('\n')
    .map((line) => {
      const [type = '', ...parts] = line.split(/:? +/);
      const fields = parts.map((part) => /^(\|?)(\w+)([?+]?):(\w+)$/.exec(part)?.slice(1) ?? []);
      const choice = fields.some(([bar]) => bar === '|');
      const order = fields.map(([, name, times]) => `(?:${name} )${times}`).join(choice ? '|' : '');
      const types = new Map(fields.map(([, name = '', , of = '']) => [name, of]));
      return [type, { order: new RegExp(`^(?:${order})$`), types }];
    }),
);

/** The types of the definition that are neither described in it nor values. */
export const unknownTypes = (): readonly string[] =>
  [...shapes.values()]
    .flatMap(({ types }) => [...types.values()])
    .filter((type) => !shapes.has(type) && !Object.hasOwn(values, type));

/** What is wrong with an element of a type, each with its path. */
function faultsOf(element: XmlElement, type: string, path: string): readonly string[] {
  const here = `${path}/${element.name}`;
  const amount = type === 'EuroAmount' ? 'Ccy=EUR' : '';
  const attributes = element.attributes.map(({ name, value }) => `${name}=${value}`).join(' ');
  const faults = attributes === amount ? [] : [`${here} has the attributes '${attributes}'`];
  const isValue = values[type];
  if (isValue !== undefined) {
    const holds = element.children.length === 0 && isValue(element.text);
    return holds ? faults : [...faults, `${here}: '${element.text}' is no ${type}`];
  }
  const { order, types } = shapes.get(type) ?? { order: /^$/, types: new Map<string, string>() };
  const names = element.children.map(({ name }) => `${name} `).join('');
  if (!order.test(names) || element.text.trim() !== '') return [...faults, `${here} has '${names.trim()}'`];
  const inner = element.children.flatMap((child) => faultsOf(child, types.get(child.name) ?? '', here));
  return [...faults, ...inner];
}

const centsAt = (element: XmlElement | undefined, ...names: readonly string[]) =>
  Math.round(Number(textAt(element, ...names)) * 100);

/** What a bank would refuse in a file, and what it is asked to pay: transfers, and cents. */
export function judgeTransfers(file: Uint8Array) {
  const faults: string[] = [];
  const ids = new Set<string>();
  let [count, cents] = [0, 0];
  const reader = new XmlReader({
    ...{ bytesMax: file.length, elementsMax: Number.MAX_SAFE_INTEGER },
    take(element, depth) {
      if (depth !== 3 || element.name !== 'CdtTrfTxInf') return false;
      faults.push(...faultsOf(element, 'CreditTransferTransaction34', 'PmtInf'));
      ids.add(textAt(element, 'PmtId', 'EndToEndId'));
      count++;
      cents += centsAt(element, 'Amt', 'InstdAmt');
      // One of them is kept, so that the payment has what it must have.
      return count > 1;
    },
  });
  reader.write(file);
  const root = reader.end();
  if (root.namespace !== 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09') faults.push(root.namespace);
  faults.push(...faultsOf(root, 'Document', ''));
  const message = childOf(root, 'CstmrCdtTrfInitn');
  const payments = message?.children.filter(({ name }) => name === 'PmtInf') ?? [];
  for (const counted of [childOf(message, 'GrpHdr'), ...payments]) {
    if (textAt(counted, 'NbOfTxs') !== String(count))
      faults.push(`${counted?.name}: NbOfTxs is not ${count}`);
    if (centsAt(counted, 'CtrlSum') !== cents) faults.push(`${counted?.name}: CtrlSum is not ${cents}`);
  }
  if (payments.length !== 1) faults.push(`${payments.length} payments`);
  if (ids.size !== count) faults.push('an EndToEndId stands twice');
  return { faults, count, cents };
}
