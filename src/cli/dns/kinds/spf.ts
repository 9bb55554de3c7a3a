import { FormatError } from '../../../base/index.ts';
import { isSpf, readSpf, type SpfRecord, spfLookUpsMax } from '../../../formats/dns-text/index.ts';
import { listed, quoted, recordsOf, verdicts } from '../ask.ts';
import { judgeSpf } from '../judge-spf.ts';
import type { Asking, Facts, RecordKind, Verdict } from '../types.ts';

function wanted(facts: Facts): string {
  // What a relay sends from is known to its operator alone.
  return facts.relay === null
    ? `v=spf1 a:${facts.hostname} -all`
    : `v=spf1 a:${facts.hostname} a:${facts.relay} ~all`;
}

/** What stands last decides about all other senders (RFC 7208 §5.1). */
function ending({ terms, redirect }: SpfRecord): '-' | '~' | '?' | '+' | 'redirect' | 'none' {
  const all = terms.find(({ mechanism }) => mechanism === 'all');
  if (all) return all.qualifier;
  return redirect === null ? 'none' : 'redirect';
}

const openEndings: Readonly<Partial<Record<ReturnType<typeof ending>, string>>> = {
  '+': 'ends in +all: anybody may send in your name',
  '?': 'ends in ?all: it says nothing of who else may send',
  none: 'does not say what holds for others',
};

async function checkSpf(of: string, mailFrom: string, facts: Facts, asking: Asking, publish: string) {
  const say = verdicts('required', of);
  const todo = `publish: ${of}. TXT "${publish}"`;
  const found = (await recordsOf(asking.resolver.txt(of))).filter(isSpf);
  const [text] = found;
  if (text === undefined) return say.missing('nobody is named who may send in its name', todo);
  // RFC 7208 §4.5: with two of them neither counts.
  if (found.length > 1)
    return say.wrong(`${found.length} records, of which none counts`, `keep one of them: ${todo}`);
  let record: SpfRecord;
  try {
    record = readSpf(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return say.wrong(`cannot be read: ${error.message}`, todo);
  }
  const end = ending(record);
  if (end === '+') return say.wrong(openEndings[end] ?? '', 'end it with -all or ~all');
  const judged = await judgeSpf(mailFrom, facts.hostname, asking.resolver);
  return overall(say, text, end, judged, facts);
}

function overall(
  say: ReturnType<typeof verdicts>,
  text: string,
  end: ReturnType<typeof ending>,
  judged: Awaited<ReturnType<typeof judgeSpf>>,
  facts: Facts,
): Verdict {
  const broken = judged.find(({ result }) => result === 'permerror');
  if (broken) {
    return say.wrong(
      `${quoted(text)} is an error to receivers: ${broken.comment}`,
      `at most ${spfLookUpsMax} look-ups, and every include must lead somewhere`,
    );
  }
  if (judged.some(({ result }) => result === 'temperror'))
    return say.unknown(`${quoted(text)} names others of whom the DNS gave no answer`);
  const outside = judged.filter(({ result }) => result !== 'pass').map(({ address }) => address);
  if (outside.length > 0) {
    const said = `${quoted(text)} does not name ${listed(outside)}`;
    const add = `add a:${facts.hostname} before the end`;
    // Behind a relay the receiver sees the relay's address.
    return facts.relay === null
      ? say.wrong(said, add)
      : say.warning(said, `${add}, if mail ever leaves from here`);
  }
  const open = openEndings[end];
  if (open !== undefined) return say.warning(open, 'end it with -all or ~all');
  const cost = Math.max(0, ...judged.map(({ lookUps }) => lookUps));
  if (facts.relay !== null)
    return say.ok(`${quoted(text)}; that it names ${facts.relay} is for that server's operator to say`);
  return say.ok(`${quoted(text)}, ${cost} of ${spfLookUpsMax} look-ups`);
}

export const spf: RecordKind = {
  name: 'SPF',
  rfc: 7208,
  purpose: 'which servers send for the domain',
  need: 'required',
  scope: 'domain',
  records: (domain, facts) => [
    {
      name: domain,
      type: 'TXT',
      text: wanted(facts),
      ...(facts.relay === null
        ? {}
        : { note: `the operator of ${facts.relay} may want an include: here in place of a:${facts.relay}` }),
    },
  ],
  check: async (domain, facts, asking) => [
    await checkSpf(domain, `postmaster@${domain}`, facts, asking, wanted(facts)),
  ],
};

/** RFC 7208 §2.3: a bounce has no sender, and is judged by the name that the server greets with. */
export const heloSpf: RecordKind = {
  name: 'SPF of HELO',
  rfc: 7208,
  purpose: 'that bounces of this server are its own',
  need: 'recommended',
  scope: 'host',
  records: (host) => [{ name: host, type: 'TXT', text: 'v=spf1 a -all' }],
  check: async (host, facts, asking) => {
    const verdict = await checkSpf(host, `postmaster@${host}`, facts, asking, 'v=spf1 a -all');
    return [{ ...verdict, need: 'recommended' }];
  },
};
