import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Chat } from '../services.ts';
import { contactsPerStepMax } from './limits.ts';

/** Does it for each of many, a step at a time, so that others have their turn between. Must not reject. */
export async function inSteps<T>(all: Iterable<T>, act: (one: T) => Promise<void>): Promise<void> {
  let step: Promise<void>[] = [];
  for (const one of all) {
    step.push(act(one));
    if (step.length < contactsPerStepMax) continue;
    await Promise.all(step);
    await nextTurn();
    step = [];
  }
  await Promise.all(step);
}

const running = new WeakMap<Chat, Set<Promise<void>>>();

/** Goes on while nobody waits for it. What is answered never rejects. */
export function behind(chat: Chat, work: Promise<void>): Promise<void> {
  const works = running.get(chat) ?? new Set();
  running.set(chat, works);
  const ended = work
    .catch((error: unknown) => chat.log.error('xmpp presence failed', { error }))
    .finally(() => works.delete(ended));
  works.add(ended);
  return ended;
}

/** Resolves when everybody has been told who had to be. */
export async function presenceSettled(chat: Chat): Promise<void> {
  const works = running.get(chat);
  while (works !== undefined && works.size > 0) await Promise.all(works);
}
