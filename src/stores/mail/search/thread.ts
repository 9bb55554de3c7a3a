/** The body of the thread in which the search index is worked out; `worker.ts` starts it. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../base/index.ts';
import { columnsIn, makeBlock } from './blocks.ts';
import { digest } from './digest.ts';
import type { Answer, Task, Tasks } from './worker.ts';

const work: { readonly [K in keyof Tasks]: (given: Tasks[K]['given']) => Promise<Tasks[K]['made']> } = {
  digest: (messages) => Promise.all(messages.map(digest)),
  block: async (waiting) => makeBlock(waiting),
  unblock: async ({ block, keep }) => columnsIn(block, new Set(keep)),
};

async function obey<K extends keyof Tasks>({ id, kind, given }: Task<K>): Promise<Answer> {
  try {
    return { id, made: await work[kind](given) };
  } catch (error) {
    return { id, fault: messageOf(error) };
  }
}

parentPort?.on('message', (task: Task<keyof Tasks>) => {
  void obey(task).then((answer) => parentPort?.postMessage(answer));
});
