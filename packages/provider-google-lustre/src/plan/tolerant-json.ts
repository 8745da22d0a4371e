import * as z from 'zod/mini';

/** Makes a field of an answer tolerant: a value of another type reads as absent. */
export const tolerant = <T extends z.ZodMiniType>(schema: T): z.ZodMiniCatch<z.ZodMiniOptional<T>> =>
  z.catch(z.optional(schema), undefined);

/** Tolerant text. */
export const text = tolerant(z.string());
