import { FormatError } from '../../base/index.ts';

// RFC 8264 §9: the categories of which the two classes are made. Old jamo have no property here: RFC 8264 §9.9.
const always = /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]/u;
const never =
  /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]|[\p{Cc}\p{Cn}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
const letterOrDigit = /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u;
const spaceSymbolOrPunctuation = /[\p{Zs}\p{S}\p{P}\p{Lt}\p{Nl}\p{No}\p{Me}]/u;
const printableAscii = /[\x21-\x7e]/;
const byContext = /[\u00b7\u0375\u05f3\u05f4\u30fb\u0660-\u0669\u06f0-\u06f9\u200c\u200d]/u;

/** Throws FormatError where a character is not of IdentifierClass (RFC 8264 §4.2), or the directions do not fit (RFC 5893 §2). */
export function demandIdentifier(what: string, text: string): void {
  const characters = Array.from(text);
  for (const [at, one] of characters.entries()) {
    if (printableAscii.test(one) || always.test(one)) continue;
    if (byContext.test(one)) demandContext(what, characters, at);
    else if (never.test(one) || one.normalize('NFKC') !== one || !letterOrDigit.test(one)) refuse(what, one);
  }
  demandDirection(what, characters);
}

/** Throws FormatError where a character is not of FreeformClass (RFC 8264 §4.3). */
export function demandFreeform(what: string, text: string): void {
  const characters = Array.from(text);
  for (const [at, one] of characters.entries()) {
    if (printableAscii.test(one) || one === ' ' || always.test(one)) continue;
    if (byContext.test(one)) demandContext(what, characters, at);
    else if (never.test(one) || !(letterOrDigit.test(one) || spaceSymbolOrPunctuation.test(one)))
      refuse(what, one);
  }
}

function refuse(what: string, one: string): never {
  const point = (one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new FormatError(`the ${what} of an address holds U+${point}`);
}

const virama =
  /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u0e3a\u0f84\u1039\u1714\u1734\u17d2\u1a60\u1b44\u1baa\u1bf2\u1bf3\u2d7f\ua806\ua8c4\ua953\ua9c0\uaaf6\uabed]/u;

/** Characters that are right beside certain others alone (RFC 5892, appendix A). */
function demandContext(what: string, characters: readonly string[], at: number): void {
  const one = characters[at] ?? '';
  const before = characters[at - 1] ?? '';
  const after = characters[at + 1] ?? '';
  const hasDigit = (digits: RegExp) => characters.some((each) => digits.test(each));
  const isRight = /[\u200c\u200d]/u.test(one)
    ? virama.test(before)
    : one === '\u00b7'
      ? before === 'l' && after === 'l'
      : one === '\u0375'
        ? /\p{Script=Greek}/u.test(after)
        : one === '\u30fb'
          ? /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(characters.join(''))
          : /[\u05f3\u05f4]/u.test(one)
            ? /\p{Script=Hebrew}/u.test(before)
            : /[\u0660-\u0669]/u.test(one)
              ? !hasDigit(/[\u06f0-\u06f9]/u)
              : !hasDigit(/[\u0660-\u0669]/u);
  if (!isRight) refuse(what, one);
}

// Bidi classes R and AL by script: JavaScript knows scripts, and not classes.
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}\p{Script=Mende_Kikakui}]/u;
const mark = /[\p{Mn}\p{Me}]/u;
const arabicDigit = /[\u0660-\u0669]/u;
const europeanDigit = /[0-9\u06f0-\u06f9]/u;

/** The Bidi Rule (RFC 5893 §2): a part is read in one direction, and begins and ends in it. */
function demandDirection(what: string, characters: readonly string[]): void {
  const isRtl = (one: string) => rightToLeft.test(one) && !mark.test(one) && !/\p{Nd}/u.test(one);
  if (!characters.some((one) => isRtl(one) || arabicDigit.test(one))) return;
  const isLtr = (one: string) => /\p{L}/u.test(one) && !isRtl(one);
  const last = characters.findLast((one) => !mark.test(one)) ?? '';
  const endsWell = isRtl(last) || europeanDigit.test(last) || arabicDigit.test(last);
  const hasBoth =
    characters.some((one) => europeanDigit.test(one)) && characters.some((one) => arabicDigit.test(one));
  if (!isRtl(characters[0] ?? '') || characters.some(isLtr) || !endsWell || hasBoth)
    throw new FormatError(`the ${what} of an address is read in two directions`);
}
