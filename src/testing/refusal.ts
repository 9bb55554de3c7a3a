import { StoreError } from '../base/index.ts';

/** Why a store refuses, or 'accepted'; anything else that is thrown is thrown on. */
export async function refusal(
  work: Promise<unknown>,
  tell: (error: StoreError) => string = ({ reason }) => reason,
): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StoreError) return tell(error);
    throw error;
  }
  return 'accepted';
}
