import { messageOf } from '@lustre-csi/core';

/** Result of a question that may be refused: a sentence in place of an error. */
export async function orSentence<T>(
  question: () => Promise<T>,
  doing: string,
  signal: AbortSignal,
): Promise<{ readonly value?: T; readonly sentence?: string }> {
  try {
    return { value: await question() };
  } catch (error) {
    signal.throwIfAborted();
    return { sentence: `${doing} cannot be read: ${messageOf(error)}.` };
  }
}
