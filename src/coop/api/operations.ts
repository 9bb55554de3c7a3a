import type { CoopMake } from '../store/make.ts';
import { answerFor, keepAnswer } from './scripts/answers.ts';

/** What the threads run for the API. */
export const apiOperations = ({ read, write }: CoopMake) => ({
  apiAnswer: read(answerFor),
  apiKeep: write(keepAnswer),
});
