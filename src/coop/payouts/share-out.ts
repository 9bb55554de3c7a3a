import { sha256 } from '../hash.ts';

/** Somebody's claim: `weight` is whole and not negative. */
export interface Claim {
  readonly id: string;
  readonly weight: number;
}

/** What a claim came to: `paid` in minor units. */
export interface Paid extends Claim {
  readonly paid: number;
}

const tieOf = (label: string, id: string): Buffer => sha256(`${label}|${id}`);

/**
 * Shares `total` minor units out by weight, all of it, each within one unit of the exact part (largest remainder). Equal
 * remainders are ordered by SHA-256(label ‖ "|" ‖ id), which nobody chooses and everybody can work out. Nothing is shared
 * out where no claim has weight: the answer is null and the total stays where it was. The order of the claims is no matter.
 * Throws RangeError for what is no amount or no claim: half a unit, less than nothing, two claims of one id.
 */
export function shareOut(total: number, claims: readonly Claim[], label: string): readonly Paid[] | null {
  demand(total, claims);
  const weight = claims.reduce((sum, claim) => sum + BigInt(claim.weight), 0n);
  if (weight === 0n) return null;
  let left = total;
  const rows = claims.map((claim) => {
    const product = BigInt(total) * BigInt(claim.weight);
    const paid = Number(product / weight);
    left -= paid;
    return { claim, paid, rest: product % weight };
  });
  const next = rows
    .filter(({ rest }) => rest > 0n)
    .sort((a, b) => (a.rest > b.rest ? -1 : a.rest < b.rest ? 1 : 0));
  const lucky = new Set(firstOf(next, left, label).map(({ claim }) => claim.id));
  return rows.map(({ claim, paid }) => ({ ...claim, paid: lucky.has(claim.id) ? paid + 1 : paid }));
}

function demand(total: number, claims: readonly Claim[]): void {
  const countable = (amount: number) => Number.isSafeInteger(amount) && amount >= 0;
  if (!countable(total)) throw new RangeError(`${total} cannot be shared out`);
  if (!claims.every(({ weight }) => countable(weight)))
    throw new RangeError('the weight of a claim is whole and not negative');
  if (new Set(claims.map(({ id }) => id)).size !== claims.length)
    throw new RangeError('two claims have one id');
}

interface Remaining {
  readonly claim: Claim;
  readonly rest: bigint;
}

/** The first `count` of rows in the order of their remainders; hashes are taken only of those on whom it depends. */
function firstOf<Row extends Remaining>(rows: readonly Row[], count: number, label: string): readonly Row[] {
  const last = rows[count - 1];
  if (last === undefined) return [];
  const above = rows.filter(({ rest }) => rest > last.rest);
  const equal = rows.filter(({ rest }) => rest === last.rest);
  const inOrder = equal
    .map((row) => ({ row, tie: tieOf(label, row.claim.id) }))
    .sort((a, b) => a.tie.compare(b.tie))
    .map(({ row }) => row);
  return [...above, ...inOrder.slice(0, count - above.length)];
}
