import type { ChangeHint } from '../database.ts';
import { ManyRows } from '../schema/dialect.ts';
import type { Script, Step } from '../schema/script.ts';

interface SyncQuery {
  run(params?: Record<string, unknown>): unknown[];
}

const nothing: unknown[] = [];

function executeSync(step: Extract<Step, { kind: 'query' }>): unknown {
  const { query, params } = step;
  if (query instanceof ManyRows) {
    for (const row of (params as { rows: Record<string, unknown>[] }).rows) query.insertRow?.run(row);
    return nothing;
  }
  return (query as SyncQuery).run(params);
}

/** Drives a script to its end within the calling thread; hints of touched accounts go to `hints`. */
export function driveSync<R>(script: Script<R>, hints: ChangeHint[]): R {
  let turn = script.next();
  while (!turn.done) {
    const step = turn.value;
    if (step.kind === 'touched') {
      hints.push({ account: step.account, modseq: step.modseq });
      turn = script.next();
      continue;
    }
    let answer: unknown;
    try {
      answer = executeSync(step);
    } catch (error) {
      turn = script.throw(error);
      continue;
    }
    turn = script.next(answer);
  }
  return turn.value;
}

async function executeAsync(step: Extract<Step, { kind: 'query' }>): Promise<unknown> {
  const { query, params } = step;
  if (query instanceof ManyRows) {
    const rows = (params as { rows: Record<string, unknown>[] }).rows;
    if (rows.length > 0) await query.insertAll?.(rows);
    return nothing;
  }
  const rows = await (query as { execute(params?: object): Promise<unknown> }).execute(params);
  return Array.isArray(rows) ? rows : nothing;
}

/** Drives a script over a connection that answers later. */
export async function driveAsync<R>(script: Script<R>, hints: ChangeHint[]): Promise<R> {
  let turn = script.next();
  while (!turn.done) {
    const step = turn.value;
    if (step.kind === 'touched') {
      hints.push({ account: step.account, modseq: step.modseq });
      turn = script.next();
      continue;
    }
    let answer: unknown;
    try {
      answer = await executeAsync(step);
    } catch (error) {
      turn = script.throw(error);
      continue;
    }
    turn = script.next(answer);
  }
  return turn.value;
}
