import { run } from '../../storage/index.ts';
import type { CoopMake } from '../store/make.ts';
import { checkActs, checkDecisions, checkRoles, checkSame } from './scripts/check.ts';
import { decide, decisionsPage, demandDecision } from './scripts/decisions.ts';
import { actsPage } from './scripts/read.ts';
import { changeRole, rolesOf } from './scripts/roles.ts';
import { declareSame } from './scripts/same-person.ts';

/** What the threads run for this room. */
export const actsOperations = ({ read, scan, write }: CoopMake) => ({
  rolesOf: read(rolesOf),
  roles: scan((q, _: Record<string, never>) => run(q.actsRoles)),
  changeRole: write(changeRole),
  actDone: read(function* (q, a: { account: number; key: string }) {
    return (yield* run(q.actKeyed, a)).length > 0;
  }),
  actsSame: scan((q, _: Record<string, never>) => run(q.actsSame)),
  declareSame: write(declareSame),
  acts: scan(actsPage),
  decide: write(decide),
  decision: read(demandDecision),
  decisions: scan(decisionsPage),
  checkActs: scan(checkActs),
  checkRoles: scan(checkRoles),
  checkSame: scan(checkSame),
  checkDecisions: scan(checkDecisions),
});

/** In the order in which faults are best read. */
export const actsChecks = <Check>(operations: {
  readonly checkActs: Check;
  readonly checkRoles: Check;
  readonly checkSame: Check;
  readonly checkDecisions: Check;
}) => [operations.checkActs, operations.checkRoles, operations.checkSame, operations.checkDecisions];
