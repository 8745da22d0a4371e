import * as z from 'zod/mini';

/** A field of a cloud's answer that counts only if it is what it should be; odd, it reads as absent. */
export const tolerant = <T extends z.ZodMiniType>(schema: T): z.ZodMiniCatch<z.ZodMiniOptional<T>> =>
  z.catch(z.optional(schema), undefined);

export const text = tolerant(z.string());

/** The cloud's words about a state, one after the other; what it leaves out is left out. */
export const inWords = (separator: string, ...words: readonly (string | undefined)[]): string =>
  words.filter((part) => part).join(separator);
